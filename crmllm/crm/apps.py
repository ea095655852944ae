from django.apps import AppConfig
from django.db.models.signals import post_delete, post_migrate, post_save
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    name = "crmllm.crm"
    label = "crm"
    verbose_name = "CRM records"

    def ready(self) -> None:
        from crmllm.access import rules
        from crmllm.core.registry import NavItem, demo_data, navigation, search_groups, settings_pages
        from crmllm.crm import models, search, selectors
        from crmllm.crm.demo_loader import load_company

        for model in models.MODELS.values():
            rules.own(model)
        for shared in (models.Product, models.Competitor, models.Stage, models.CrmUser):
            rules.everyone(shared)
        rules.hides(selectors.fields_hidden_by_role)
        demo_data.add("company", load_company, order=20)
        post_migrate.connect(_sync_field_defs, sender=self)
        for changed in (post_save, post_delete):
            changed.connect(selectors.forget_fields, sender=models.FieldDef)
        navigation.add("crm", NavItem(_("Records"), "crm:index", "records.view"), order=40)
        page = NavItem(_("Competitors"), "competitors:list", permission="settings.view")
        settings_pages.add("competitors", page, order=45)
        search_groups.add("records", search.find, order=10)


def _sync_field_defs(*, using: str, **kwargs: object) -> None:
    if using == "default":
        from crmllm.crm.fields import sync_field_defs

        sync_field_defs()
