"""The server: `python -m tests.support.http_crm.server PORT FILE N` drops the connection after every N-th write."""

from __future__ import annotations

import json
import socket
import sqlite3
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Store:
    """Records with a version, and a line for every write that was committed."""

    def __init__(self, path: str) -> None:
        self.path = path
        with self.open() as db:
            db.execute(
                "CREATE TABLE IF NOT EXISTS record (id INTEGER PRIMARY KEY, object, our_id, version, body, gone)"
            )
            db.execute("CREATE TABLE IF NOT EXISTS write (id INTEGER PRIMARY KEY, method, object, our_id, key)")

    def open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=30)


class Handler(BaseHTTPRequestHandler):
    """GET /object?our_id=, GET|PATCH|DELETE /object/id, POST /object."""

    store: Store
    drop_every: int
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name, pk, query = self._where()
        with self.store.open() as db:
            if pk:
                row = db.execute("SELECT * FROM record WHERE id=? AND object=? AND gone=0", (pk, name)).fetchone()
                self._answer(200 if row else 404, self._shown(row) if row else {})
            else:
                our_id = query.get("our_id", [""])[0]
                rows = db.execute(
                    "SELECT * FROM record WHERE object=? AND our_id=? AND gone=0", (name, our_id)
                ).fetchall()
                self._answer(200, [self._shown(row) for row in rows])

    def do_POST(self) -> None:
        name, _, _ = self._where()
        sent = self._body()
        with self.store.open() as db:
            pk = db.execute(
                "INSERT INTO record (object, our_id, version, body, gone) VALUES (?, ?, 1, ?, 0)",
                (name, sent["our_id"], json.dumps(sent["values"])),
            ).lastrowid
            count = self._log(db, name, sent["our_id"])
            row = db.execute("SELECT * FROM record WHERE id=?", (pk,)).fetchone()
        self._committed(count, 201, self._shown(row))

    def do_PATCH(self) -> None:
        name, pk, _ = self._where()
        sent = self._body()
        with self.store.open() as db:
            row = db.execute("SELECT * FROM record WHERE id=? AND gone=0", (pk,)).fetchone()
            if row is None or str(row[3]) != self.headers["If-Match"]:
                self._answer(404 if row is None else 412, {})
                return
            body = json.loads(row[4]) | sent["values"]
            db.execute("UPDATE record SET body=?, version=version+1 WHERE id=?", (json.dumps(body), pk))
            count = self._log(db, name, row[2])
            row = db.execute("SELECT * FROM record WHERE id=?", (pk,)).fetchone()
        self._committed(count, 200, self._shown(row))

    def do_DELETE(self) -> None:
        name, pk, _ = self._where()
        with self.store.open() as db:
            row = db.execute("SELECT * FROM record WHERE id=? AND gone=0", (pk,)).fetchone()
            if row is None:
                self._answer(404, {})
                return
            db.execute("UPDATE record SET gone=1 WHERE id=?", (pk,))
            count = self._log(db, name, row[2])
        self._committed(count, 200, {})

    def _where(self) -> tuple[str, str, dict[str, list[str]]]:
        parts = urlsplit(self.path)
        name, _, pk = parts.path.strip("/").partition("/")
        return name, pk, parse_qs(parts.query)

    def _body(self) -> Any:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def _log(self, db: sqlite3.Connection, name: str, our_id: str) -> int:
        key = self.headers["Idempotency-Key"]
        db.execute(
            "INSERT INTO write (method, object, our_id, key) VALUES (?, ?, ?, ?)", (self.command, name, our_id, key)
        )
        return int(db.execute("SELECT count(*) FROM write").fetchone()[0])

    def _committed(self, count: int, status: int, body: Any) -> None:
        """Answers, or, on every n-th write, lets the caller wait for nothing."""
        if self.drop_every and count % self.drop_every == 0:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._answer(status, body)

    @staticmethod
    def _shown(row: tuple[Any, ...]) -> dict[str, Any]:
        return {"id": str(row[0]), "etag": str(row[3]), "values": json.loads(row[4])}

    def _answer(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: Any) -> None:
        """Says nothing."""


def main() -> None:
    port, path, drops = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    Handler.store, Handler.drop_every = Store(path), drops
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
