from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "crmllm.crm"
    label = "crm"
    verbose_name = "CRM records"
