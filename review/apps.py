from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewConfig(AppConfig):
    name = "review"
    label = "review"
    verbose_name = "Review"

    def ready(self) -> None:
        from crmllm.core.registry import NavItem, navigation

        navigation.add("review", NavItem(_("Review"), "review:queue", "interactions.view"), order=20)
