from django.apps import AppConfig


class LlmConfig(AppConfig):
    name = "crmllm.llm"
    label = "llm"
    verbose_name = "Model"
