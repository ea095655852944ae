"""Start our own vLLM: `python -m crmllm.llm.server.serve` becomes the server, so that its manager sees one process.

What may be set: LLM_MODEL_PATH (a folder, or a name that vLLM can fetch) and LLM_MODEL (what it is called), LLM_CONTEXT
(tokens a request may have), LLM_CONCURRENCY (requests at once), LLM_MEMORY_GB (attention cache without a GPU),
LLM_ADAPTERS (name=folder, separated by commas: fine-tuned LoRA adapters; `none` for none at all). Left empty, a model
comes with those that were trained for it here; what ships with the program is in the default model's weights already.
"""

import json
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from crmllm.core.runtime.home import Home, home
from crmllm.core.runtime.setup import MODEL_SERVER, packaged_model

NEEDED = {"r", "lora_alpha", "target_modules", "base_model_name_or_path"}
#: What vLLM takes as the largest rank of any adapter.
RANKS = (8, 16, 32, 64, 128, 256)


def command(place: Home, settings: Mapping[str, str], port: int) -> list[str]:
    """vLLM's command line."""
    model = model_path(place, settings)
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
    served = adapters(place, settings)
    if served:
        named = [f"{name}={folder}" for name, folder in served.items()]
        words += ["--enable-lora", "--max-lora-rank", str(largest_rank(served.values())), "--lora-modules", *named]
    return words


def model_path(place: Home, settings: Mapping[str, str]) -> str:
    """The folder or name of the model that is served."""
    return settings.get("LLM_MODEL_PATH") or str(packaged_model(place))


def adapters(place: Home, settings: Mapping[str, str]) -> dict[str, Path]:
    """The adapters to serve, by name. The first one that was named answers unless another one was put in use."""
    wanted = settings.get("LLM_ADAPTERS", "").strip()
    if wanted:
        pairs = (one.partition("=") for one in wanted.split(",") if "=" in one)
        return {name.strip(): Path(folder.strip()) for name, _, folder in pairs}
    model = Path(model_path(place, settings)).name
    found = [file.parent for file in sorted(place.adapters.glob("*/adapter_config.json"))]
    return {folder.name: folder for folder in found if is_whole(folder) and base_of(folder) == model}


def is_whole(folder: Path) -> bool:
    """Whether vLLM can load an adapter: one whose training was cut off would keep the server from starting."""
    try:
        config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
        whole = set(config) >= NEEDED and (folder / "adapter_model.safetensors").stat().st_size > 0
    except (OSError, ValueError, TypeError):
        whole = False
    if not whole:
        print(f"The adapter {folder.name} is not whole and is left out.", file=sys.stderr)
    return whole


def base_of(folder: Path) -> str:
    """The name of the one model that an adapter fits: the one that it was made for."""
    config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    return Path(str(config.get("base_model_name_or_path") or "")).name


def largest_rank(folders: Iterable[Path]) -> int:
    """The rank that room is made for: more than needed costs time at every token. 64 where an adapter can't be read."""
    needed = 0
    for folder in folders:
        try:
            rank = int(json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))["r"])
        except (OSError, ValueError, KeyError, TypeError):
            rank = 64
        needed = max(needed, rank)
    return next((rank for rank in RANKS if rank >= needed), RANKS[-1])


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """What vLLM reads from its environment, on top of ours."""
    # Adapters that are trained while it runs are loaded on request. It listens to this machine alone.
    added = {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1", "VLLM_ALLOW_RUNTIME_LORA_UPDATING": "True"}
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
