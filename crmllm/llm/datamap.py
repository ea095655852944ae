"""What prompts, calls and vectors hold about people."""

from crmllm.core.datamap import Category, declare

declare("llm.Prompt", plain="id created_at updated_at name description")
declare("llm.PromptVersion", plain="id created_at updated_at prompt number system user settings note live author")
# Decisions' ids point to people's items, the figures to nobody. What an adapter itself may remember is told by
# `trained_on`: an erasure finds the versions to train anew.
declare(
    "llm.ModelVersion",
    plain="id created_at updated_at name base path sha256 shipped trained_on settings figures state used_at",
)
declare(
    "llm.LlmCall",
    plain="id started_at prompt_version request_model subject_type subject_id state attempt input_tokens output_tokens "
    "latency_ms finish_reason error",
    request=Category.CONTENT,
    response=Category.CONTENT,
)
declare(
    "llm.Embedding",
    plain="id subject_type subject_id request_model created_at",
    vector=Category.DERIVED,
)
