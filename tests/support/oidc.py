"""Starts the OpenID Connect provider of tests/node/oidc_server.mjs and goes through a log-in as a browser would."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from django.test import Client
from django.urls import reverse

from crmllm.core.runtime.home import free_port

SUPPORT = Path(__file__).parent
NODE = SUPPORT.parent / "node"
CLIENT_ID, CLIENT_SECRET = "crmllm", "only-for-tests-and-long-enough-for-the-provider"
OUR_HOST = "http://testserver"


@dataclass(frozen=True)
class OidcServer:
    """A running provider."""

    issuer: str

    def put_account(self, **claims: Any) -> None:
        """The account that logs in next."""
        httpx.put(f"{self.issuer}/test/account", json=claims).raise_for_status()

    def authorize(self, client: Client, next_url: str = "") -> str:
        """Starts at our log-in page; returns the address at the provider to which the browser is sent."""
        data = {"next": next_url} if next_url else {}
        response = client.post(reverse("social:begin", args=["oidc"]), data)
        assert response.status_code == 302, response.status_code
        return response["Location"]

    def follow(self, address: str) -> str:
        """What a browser does at the provider; returns the address with which it comes back to us."""
        with httpx.Client(follow_redirects=False) as browser:
            while not address.startswith(OUR_HOST):
                response = browser.get(address)
                assert response.is_redirect, response.text
                address = str(httpx.URL(address).join(response.headers["location"]))
        return address

    def sign_in(self, client: Client, **claims: Any) -> Any:
        """The whole way, as the account with these claims; returns our answer to the coming back."""
        self.put_account(**claims)
        back = self.follow(self.authorize(client))
        return client.get(back.removeprefix(OUR_HOST))


@contextmanager
def running() -> Iterator[OidcServer]:
    """A provider of its own, stopped at the end. Its packages are installed when they are not there yet."""
    if not (NODE / "node_modules" / "oidc-provider").is_dir():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=NODE, check=True)
    script = NODE / "oidc_server.mjs"
    port = free_port()
    process = subprocess.Popen(
        ["node", script, str(port), f"{OUR_HOST}/sso/complete/oidc/"],
        cwd=NODE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready", "the provider did not start"
        yield OidcServer(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close() if process.stdout else None
