"""The statements that ask the server about itself."""

from __future__ import annotations

import pytest

from crmllm.monitoring import sql

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@pytest.mark.parametrize("alias", ["default", "keys"])
def test_both_databases_answer(alias: str) -> None:
    assert sql.answers(alias) is True


def test_the_server_names_its_extensions() -> None:
    assert {"vector", "pg_trgm", "plpgsql"} <= sql.available_extensions("default")
