"""What evaluation runs hold about people: figures."""

from crmllm.core.datamap import BASE, declare

declare(
    "evaluation.EvaluationRun",
    plain=f"{BASE} subject dataset fingerprint items request_model prompt_version rules_version score result",
)
