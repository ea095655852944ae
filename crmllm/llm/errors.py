"""What can go wrong between us and the model, as the stages see it.

    CrmllmError
     +-- LlmError              503
          +-- ModelUnavailable       the server as a whole does not work for us: no item is at fault, all wait
          +-- ModelFault             the server broke on this request: try it again, a few times
          |    +-- ModelTimeout      it took too long
          +-- RequestRefused   422   the server will never take this request (too long, a schema it cannot do)
          +-- InvalidAnswer    502   an answer came, and cannot be used even after one re-ask
          +-- PromptMissing    500   no such prompt, or none of its versions is live

`retry_later` tells whether the same request may succeed another time. Errors of `openai` and its HTTP client never
leave crmllm.llm.client: what they carry (addresses, bodies) may quote content.
"""

from __future__ import annotations

from crmllm.core.errors import CrmllmError


class LlmError(CrmllmError):
    """Base of all that the model's door raises."""

    code = "llm_error"
    status = 503
    retry_later = False


class ModelUnavailable(LlmError):
    """Down, starting, overloaded, or refusing our key. `wait` is what the server asked for, in seconds."""

    code = "model_unavailable"
    retry_later = True

    def __init__(self, message: str, *, code: str | None = None, wait: float | None = None) -> None:
        super().__init__(message, code=code)
        self.wait = wait


class ModelFault(LlmError):
    """The server broke on this request, or said something that is no answer at all."""

    code = "model_fault"
    retry_later = True


class ModelTimeout(ModelFault):
    code = "model_timeout"


class RequestRefused(LlmError):
    code = "request_refused"
    status = 422


class InvalidAnswer(LlmError):
    code = "invalid_answer"
    status = 502


class PromptMissing(LlmError):
    code = "prompt_missing"
    status = 500
