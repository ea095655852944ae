"""Jobs that people start by hand: each package names its own when its app is ready."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

from crmllm.core.registry import Registry
from crmllm.jobs.choices import Cluster


@dataclass(frozen=True)
class Startable:
    """A named function: `def function(run: Drain, **arguments: str) -> str`; it returns a sentence for people.

    Arguments are ids and names only, never personal data.
    """

    label: Promise
    function: str
    permission: str = "jobs.manage"
    cluster: Cluster = Cluster.DEFAULT
    #: Whether the Jobs page offers a button; others are started from their own pages.
    button: bool = False


startable: Registry[Startable] = Registry()
