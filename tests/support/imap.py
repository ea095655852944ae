"""A real IMAP server for tests: Dovecot (Debian's dovecot-imapd) on free loopback ports, with a home of its own.

It runs without any privilege: as the user of the tests, and as `nobody` where that is root.
"""

from __future__ import annotations

import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crmllm.core.runtime.home import free_port

#: Where the server listens, too: to Dovecot whoever comes in here comes from another machine.
ELSEWHERE = "127.0.0.2"
USER, PASSWORD = "inbox@ours.example", "correct horse"

CONFIG = """
base_dir = {home}/run
state_dir = {home}/state
instance_name = crmllm-test-{port}
log_path = {home}/log
protocols = imap
listen = 127.0.0.1, {other}
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
mail_location = maildir:{home}/mail/%u
mail_max_userip_connections = 50
disable_plaintext_auth = {plain_off}
ssl = yes
ssl_cert = <{home}/cert.pem
ssl_key = <{home}/key.pem
auth_failure_delay = 0 secs
passdb {{
  driver = passwd-file
  args = scheme=plain {home}/passwd
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}/home/%u
}}
first_valid_uid = 1
first_valid_gid = 1
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
"""


@dataclass(frozen=True)
class ImapServer:
    """A running server. `ca` is the file that makes its certificate trusted."""

    home: Path
    port: int
    tls_port: int
    ca: Path

    def append(self, *messages: bytes, folder: str = "INBOX") -> None:
        """Puts messages into a folder, unseen."""
        with self.client() as client:
            for message in messages:
                status, _ = client.append(folder, "", datetime.now(UTC), message)
                assert status == "OK"

    def flags(self, folder: str = "INBOX") -> list[bytes]:
        """The flags of every message."""
        with self.client() as client:
            client.select(folder, readonly=True)
            return [line for line in client.fetch("1:*", "(FLAGS)")[1] if isinstance(line, bytes)]

    def create(self, folder: str) -> None:
        with self.client() as client:
            assert client.create(folder)[0] == "OK"

    def drop(self, folder: str) -> None:
        """Deletes a folder: made again it numbers its messages anew."""
        with self.client() as client:
            assert client.delete(folder)[0] == "OK"

    @contextmanager
    def client(self) -> Iterator[imaplib.IMAP4]:
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        client.login(USER, PASSWORD)
        try:
            yield client
        finally:
            client.logout()


@contextmanager
def running(*, plain_off: bool = False) -> Iterator[ImapServer]:
    """A server until the end of the block. `plain_off`: no password without encryption."""
    program = shutil.which("dovecot") or "/usr/sbin/dovecot"
    if not Path(program).exists():
        raise RuntimeError("Dovecot is missing: install the package dovecot-imapd.")
    person = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    group = grp.getgrgid(person.pw_gid).gr_name
    # Sockets need short paths, and `nobody` a folder that it can reach.
    home = Path(tempfile.mkdtemp(prefix="imap"))
    port, tls_port = free_port(), free_port()
    try:
        _write_certificate(home)
        (home / "passwd").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
        for folder in ("run", "state", "mail", "home"):
            (home / folder).mkdir()
        (home / "dovecot.conf").write_text(
            CONFIG.format(
                home=home, port=port, tls_port=tls_port, user=person.pw_name, group=group,
                plain_off="yes" if plain_off else "no", other=ELSEWHERE,
            )
        )  # fmt: skip
        for path in [home, *home.rglob("*")]:
            os.chown(path, person.pw_uid, person.pw_gid)
        process = subprocess.Popen(
            [program, "-F", "-c", str(home / "dovecot.conf")],
            user=person.pw_uid if os.geteuid() == 0 else None,
            group=person.pw_gid if os.geteuid() == 0 else None,
            extra_groups=[] if os.geteuid() == 0 else None,
            stderr=subprocess.PIPE,
        )
        try:
            _wait(process, home, port)
            yield ImapServer(home, port, tls_port, home / "ca.pem")
        finally:
            process.terminate()
            process.wait(10)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _wait(process: subprocess.Popen[bytes], home: Path, port: int) -> None:
    for _ in range(1200):
        if process.poll() is not None:
            said = process.stderr.read().decode() if process.stderr else ""
            log = home / "log"
            raise RuntimeError(f"Dovecot did not start: {said} {log.read_text() if log.exists() else ''}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("Dovecot did not listen within a minute.")


def _write_certificate(home: Path) -> None:
    """A certificate for localhost by an authority that nobody knows."""
    now = datetime.now(UTC)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])

    def builder(name: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(ca_name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
        )

    ca = builder(ca_name, ca_key.public_key()).add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    cert = builder(name, key.public_key()).add_extension(names, False)
    pem = serialization.Encoding.PEM
    (home / "ca.pem").write_bytes(ca.sign(ca_key, hashes.SHA256()).public_bytes(pem))
    (home / "cert.pem").write_bytes(cert.sign(ca_key, hashes.SHA256()).public_bytes(pem))
    (home / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
