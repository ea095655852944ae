"""What the tests of the runtime share."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """A new folder with a short name. Under pytest's own one, the next pytest run locks the server's user out."""
    with tempfile.TemporaryDirectory(prefix="crmllm-") as name:
        yield Path(name)
