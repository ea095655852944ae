from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewConfig(AppConfig):
    name = "review"
    label = "review"
    verbose_name = "Review"

    def ready(self) -> None:
        from crmllm.core.registry import HomeCard, NavItem, benches, gauges, home_cards, navigation
        from review import bench, home
        from review.figures.bench import figures
        from review.gauges import review

        navigation.add("review", NavItem(_("Review"), "review:queue", "interactions.view"), order=20)
        home_cards.add("review", HomeCard("review/_home_card.html", home.waiting, "interactions.view"), order=10)
        benches.add("review", bench.review, order=30)
        benches.add("review-figures", figures, order=31)
        gauges.add("review", review)
