from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "crmllm.evaluation"
    label = "evaluation"
    verbose_name = "Evaluation"
