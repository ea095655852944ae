"""What extractions hold about people."""

from crmllm.core.datamap import BASE, Category, declare

declare(
    "extraction.Extraction",
    plain="id created_at updated_at interaction generation rules_version prompt_version request_model llm_call_id "
    "language mean_logprob",
    category=Category.DERIVED,
    sentiment=Category.DERIVED,
    result=Category.CONTENT,
)
declare(
    "extraction.ExtractedValue",
    plain="id created_at updated_at extraction path spans confidence inferred source rejected",
    value=Category.CONTENT,
)
declare("extraction.Calibration", plain=f"{BASE} number fitted_until decisions curves")
