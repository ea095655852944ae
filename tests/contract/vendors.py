"""Which files speak for which CRM. A CRM more is one entry more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class File:
    """An OpenAPI document for the addresses below one of a CRM's; `known` says where the document is wrong and why."""

    path: str
    below: str = ""
    known: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Vendor:
    """A CRM: the tests in which its connector speaks, and who looks on."""

    name: str
    walks: tuple[str, ...]  # the tests that together make every kind of call once
    files: tuple[File, ...] = ()
    collections: str = ""
    known: Mapping[str, str] = field(default_factory=dict)  # requests that no collection has, and why we send them
    note: str = ""

    @property
    def tests(self) -> list[str]:
        return [f"tests/connectors/{self.name}/test_{one}.py" for one in self.walks]

    def missing(self, specs: Path) -> list[str]:
        """The files that should be there and are not."""
        wanted = [*(file.path for file in self.files), *([self.collections] if self.collections else [])]
        return [path for path in wanted if not (specs / path).exists()]


#: What Prism sees in our own documents that is none: its reason.
OURS: dict[str, str] = {}

VENDORS = (
    Vendor(
        "salesforce",
        walks=("signing_in", "setting_up", "reading", "writing", "converting", "listening", "erasing"),
        files=(
            File(
                "salesforce/bulk-api-2-unofficial-openapi.yml",
                r"/services/data/v[\d.]+/jobs",
                {"response.body: Response body must be object": "Salesforce's errors are lists, the file has objects"},
            ),
        ),
        collections="salesforce/postman-2021-01/src/collections",
        known={
            r"GET /services/data/v[\d.]+/query/[^/]+$": "the next page, at the address that an answer names",
            r"(PATCH|DELETE) /services/data/v[\d.]+/composite/sobjects[ ?]": "the object's name that the collections "
            "put behind it is not in Salesforce's own reference: one call takes several objects",
            r"PATCH /services/data/v[\d.]+/composite/sobjects/\w+/\w+ ": "upserting by external id is younger than "
            "these collections (January 2021)",
            r"/services/oauth2/(authorize|token).*code_(challenge|verifier)": "state and PKCE are not shown there",
            r"POST /cometd/": "the Streaming API has no collection",
            r"POST /services/oauth2/token \(client_credentials\)": "the flow is younger than these collections",
        },
    ),
    Vendor(
        "hubspot",
        walks=("signing_in", "setting_up", "writing", "erasing"),
        note="its collection of specifications is not licensed for use outside; ours alone is asked",
    ),
)
