"""What evaluation runs hold about people: figures."""

from crmllm.core.datamap import BASE, declare

declare("evaluation.EvaluationRun", plain=f"{BASE} subject dataset items request_model prompt_version result")
