"""Start our own vLLM: `python -m crmllm.llm.server.serve` becomes the server, so that its manager sees one process.

What may be set: LLM_MODEL_PATH (a folder, or a name that vLLM can fetch) and LLM_MODEL (what it is called), LLM_CONTEXT
(tokens a request may have), LLM_CONCURRENCY (requests at once), LLM_MEMORY_GB (attention cache without a GPU),
LLM_ADAPTERS (name=folder, separated by commas: fine-tuned LoRA adapters).
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from crmllm.core.runtime.home import Home, home
from crmllm.core.runtime.setup import MODEL_SERVER, packaged_model


def command(place: Home, settings: Mapping[str, str], port: int) -> list[str]:
    """vLLM's command line."""
    model = settings.get("LLM_MODEL_PATH") or str(packaged_model(place))
    words = [
        str(MODEL_SERVER / "bin" / "python"), "-m", "vllm.entrypoints.openai.api_server",
        "--host", "127.0.0.1",
        "--port", str(port),
        "--model", model,
        "--served-model-name", settings.get("LLM_MODEL") or Path(model).name,
        "--max-model-len", settings.get("LLM_CONTEXT") or "8192",
        "--max-num-seqs", settings.get("LLM_CONCURRENCY") or "16",
        "--enable-prefix-caching",  # the instructions are the same in every prompt
        # guidance, because on the same prompts xgrammar ran twice as often into the token limit (endless numbers);
        # without white space between the values there is none to get lost in.
        "--structured-outputs-config", json.dumps({"backend": "guidance", "disable_any_whitespace": True}),
        "--disable-uvicorn-access-log",
    ]  # fmt: skip
    if is_cpu(settings):
        words += ["--enforce-eager"]  # compiling takes minutes and gains nothing for a small model
    adapters = [adapter for adapter in settings.get("LLM_ADAPTERS", "").split(",") if adapter]
    if adapters:
        words += ["--enable-lora", "--max-lora-rank", "64", "--lora-modules", *adapters]
    return words


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """What vLLM reads from its environment, on top of ours."""
    added = {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"}
    if Path(settings.get("LLM_MODEL_PATH") or ".").is_dir():
        added["HF_HUB_OFFLINE"] = "1"
    if is_cpu(settings):
        # One core stays free for pages and jobs. Threads are not bound to cores: where others compute on the same
        # cores too, a bound thread that has to wait holds up all the others at every step.
        added |= {
            "VLLM_CPU_KVCACHE_SPACE": settings.get("LLM_MEMORY_GB") or "2",
            "VLLM_CPU_OMP_THREADS_BIND": "nobind",
            "OMP_NUM_THREADS": settings.get("OMP_NUM_THREADS") or str(max(1, len(os.sched_getaffinity(0)) - 1)),
        }
        openmp = MODEL_SERVER / "lib" / "libiomp5.so"  # it comes with vLLM's CPU build, which asks for it like this
        if openmp.exists():
            added["LD_PRELOAD"] = str(openmp)
    return added


def is_cpu(settings: Mapping[str, str]) -> bool:
    return (settings.get("LLM") or "cpu") == "cpu"


def main() -> None:
    place = home()
    words = command(place, os.environ, place.llm_port)
    os.execve(words[0], words, os.environ | environment(os.environ))  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
