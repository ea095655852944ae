"""Somebody's own CRM over GraphQL: PostGraphile over tables in a database of its own, read with few rights."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psycopg
from django.conf import settings
from psycopg import sql

from crmllm.core.runtime.home import free_port
from crmllm.core.runtime.postgres import SUPERUSER

PROGRAM = Path(__file__).parent.parent / "node" / "node_modules" / ".bin" / "postgraphile"
DATABASE, ROLE = "graphql_crm", "graphql_crm_reader"
STARTS_IN = 60.0

TABLES = """
CREATE TABLE account (id serial PRIMARY KEY, name text NOT NULL, domain text, phone text, crmllm_id text UNIQUE,
  updated_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE contact (id serial PRIMARY KEY, full_name text NOT NULL, job_title text, email text, phone text,
  account_id int REFERENCES account ON DELETE SET NULL, crmllm_id text UNIQUE,
  updated_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE opportunity (id serial PRIMARY KEY, title text NOT NULL, notes text,
  account_id int REFERENCES account ON DELETE SET NULL, contact_id int REFERENCES contact ON DELETE SET NULL,
  stage text NOT NULL DEFAULT 'new', amount numeric(14, 2), currency text, close_date date, crmllm_id text UNIQUE,
  updated_at timestamptz NOT NULL DEFAULT now());
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN NEW.updated_at := clock_timestamp(); RETURN NEW; END $$;
"""

EACH = """
CREATE TRIGGER touch BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION touch();
CREATE FUNCTION {changed}(since timestamptz) RETURNS SETOF {table} LANGUAGE sql STABLE AS
  $$ SELECT * FROM {table} WHERE updated_at >= since ORDER BY updated_at, id $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {role};
"""
CHANGED = {"account": "accounts_changed", "contact": "contacts_changed", "opportunity": "opportunities_changed"}


@dataclass
class GraphqlCrm:
    """A running server, and the owner's door to its tables."""

    url: str
    database: str

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Runs a statement as the owner of the tables; returns its rows."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), values or None)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def running() -> Iterator[GraphqlCrm]:
    """A server over a new database beside the tests' own, stopped at the end."""
    _drop()
    _owner(f"CREATE DATABASE {DATABASE}", f"CREATE ROLE {ROLE} LOGIN")
    crm = GraphqlCrm(f"http://127.0.0.1:{free_port()}", _address(DATABASE))
    crm.sql(TABLES)
    for table, changed in CHANGED.items():
        crm.sql(EACH.format(table=table, changed=changed, role=ROLE))
    crm.sql(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ROLE}")
    port = crm.url.rpartition(":")[2]
    options = ["-n", "127.0.0.1", "-p", port, "--schema", "public", "--no-ignore-rbac", "--disable-graphiql"]
    process = subprocess.Popen(
        [PROGRAM, "-c", _uri(), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _wait(crm, process)
        yield crm
    finally:
        os.killpg(process.pid, signal.SIGTERM)  # its command starts the server as a child of its own
        process.wait(timeout=20)
        _drop()


def _wait(crm: GraphqlCrm, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + STARTS_IN
    while time.monotonic() < ends and process.poll() is None:
        try:
            if httpx.post(f"{crm.url}/graphql", json={"query": "{ __typename }"}, timeout=5).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("PostGraphile did not start")


def _address(database: str) -> str:
    told = settings.DATABASES["default"]
    parts = {"host": told["HOST"], "port": told["PORT"], "user": SUPERUSER}  # trusted on the tests' own socket
    return " ".join(f"{name}='{value}'" for name, value in {**parts, "dbname": database}.items() if value)


def _uri() -> str:
    """The address for the role with few rights; a socket's folder is a parameter of it."""
    told = settings.DATABASES["default"]
    return f"postgres://{ROLE}@/{DATABASE}?host={quote(str(told['HOST']), safe='')}&port={told['PORT'] or 5432}"


def _owner(*statements: str) -> None:
    with psycopg.connect(_address("postgres"), autocommit=True) as connection:
        for statement in statements:
            connection.execute(sql.SQL(statement))  # type: ignore[arg-type]


def _drop() -> None:
    _owner(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)", f"DROP ROLE IF EXISTS {ROLE}")
