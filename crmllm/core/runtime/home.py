"""The one folder that holds everything an installation makes: databases, models, files, logs and secrets."""

import base64
import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

REPOSITORY = Path(__file__).resolve().parents[3]

SecretName = Literal["django_secret_key", "master_key", "audit_key"]


@dataclass(frozen=True)
class Home:
    """Paths below CRMLLM_HOME. Reading a folder makes it, for its owner only."""

    root: Path

    @property
    def postgres(self) -> Path:
        return self._folder("postgres")

    @property
    def secrets(self) -> Path:
        return self._folder("secrets")

    @property
    def run(self) -> Path:
        """Generated configuration, process ids, chosen ports: worth nothing once everything is stopped."""
        return self._folder("run")

    @property
    def logs(self) -> Path:
        return self._folder("logs")

    @property
    def models(self) -> Path:
        """Model files: large, never changed, and so a folder that several homes may share by CRMLLM_MODELS."""
        shared = os.environ.get("CRMLLM_MODELS", "").strip()
        return Path(shared).expanduser().absolute() if shared else self._folder("models")

    @property
    def adapters(self) -> Path:
        """Adapters trained here. They were made from our own items, so they are never shared as models may be."""
        return self._folder("adapters")

    @property
    def files(self) -> Path:
        """Files that people brought in."""
        return self._folder("files")

    @property
    def checkpoints(self) -> Path:
        """Signed audit checkpoints, kept outside the database on purpose."""
        return self._folder("checkpoints")

    def secret(self, name: SecretName) -> str:
        """32 random bytes as URL-safe base64, made on first use and the same ever after."""
        path = self.secrets / name
        try:
            return path.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            write_once(path, base64.urlsafe_b64encode(secrets.token_bytes(32)).decode() + "\n")
            return path.read_text(encoding="utf-8").strip()

    @property
    def llm_port(self) -> int:
        """The port of our own model server: a free one, picked once, so that two copies never meet."""
        path = self.run / "llm_port"
        try:
            return int(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            path.unlink(missing_ok=True)
            write_once(path, f"{free_port()}\n")
            return int(path.read_text(encoding="utf-8"))

    def renew_llm_port(self) -> int:
        """Pick again if somebody else listens on our port by now. Only for the moment before the server starts."""
        if not port_is_free(self.llm_port):
            (self.run / "llm_port").unlink(missing_ok=True)
        return self.llm_port

    def _folder(self, name: str) -> Path:
        path = self.root / name
        if not path.is_dir():
            make_private(self.root)
            make_private(path)
        return path


def home() -> Home:
    """The folder that CRMLLM_HOME names, or `.crmllm` beside the code."""
    named = os.environ.get("CRMLLM_HOME", "").strip()
    return Home((Path(named).expanduser() if named else REPOSITORY / ".crmllm").absolute())


def make_private(path: Path) -> None:
    """Make a folder that only its owner can enter."""
    if not path.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o700)


def write_once(path: Path, text: str) -> None:
    """Write a private file unless it is there already. Of several processes doing so at once, one wins whole."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600),
        "w",
        encoding="utf-8",
    ) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def web_port() -> int:
    """The port that people open in the browser."""
    named = os.environ.get("PORT", "").strip() or "8000"
    if not named.isdecimal() or not 1 <= int(named) <= 65535:
        raise ValueError(f"PORT must be a number from 1 to 65535, not {named!r}.")
    return int(named)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
