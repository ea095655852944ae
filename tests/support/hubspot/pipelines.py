"""Pipelines with their stages, and owners with their teams: the account's small tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.support.hubspot.values import iso


@dataclass
class Stage:
    """One step. Its metadata say whether a deal in it is closed (probability) or a ticket (ticketState)."""

    id: str
    label: str
    metadata: dict[str, str]
    archived: bool = False

    def as_json(self, place: int, at: str) -> dict[str, Any]:
        return {
            "id": self.id,
            "label": self.label,
            "displayOrder": place,
            "metadata": self.metadata,
            "archived": self.archived,
            "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
            "createdAt": at,
            "updatedAt": at,
        }


@dataclass
class Pipeline:
    """A row of stages."""

    id: str
    label: str
    stages: list[Stage]
    archived: bool = False
    changed: int = 1_790_000_000_000

    def as_json(self, place: int = 0) -> dict[str, Any]:
        at = iso(self.changed)
        return {
            "id": self.id,
            "label": self.label,
            "displayOrder": place,
            "stages": [stage.as_json(at_place, at) for at_place, stage in enumerate(self.stages)],
            "archived": self.archived,
            "createdAt": at,
            "updatedAt": at,
        }

    def stage(self, stage_id: str) -> Stage | None:
        return next((stage for stage in self.stages if stage.id == stage_id and not stage.archived), None)


def deal_stage(stage_id: str, label: str, probability: str) -> Stage:
    closed = "true" if probability in ("0.0", "1.0") else "false"
    return Stage(stage_id, label, {"probability": probability, "isClosed": closed})


def ticket_stage(stage_id: str, label: str, state: str) -> Stage:
    return Stage(stage_id, label, {"ticketState": state, "isClosed": "true" if state == "CLOSED" else "false"})


def pipelines() -> dict[str, list[Pipeline]]:
    """What a new account has, and a second one for deals, since only then is the pipeline required."""
    deals = [
        deal_stage("appointmentscheduled", "Appointment scheduled", "0.2"),
        deal_stage("qualifiedtobuy", "Qualified to buy", "0.4"),
        deal_stage("contractsent", "Contract sent", "0.9"),
        deal_stage("closedwon", "Closed won", "1.0"),
        deal_stage("closedlost", "Closed lost", "0.0"),
    ]
    service = [
        deal_stage("71001", "Offered", "0.5"),
        deal_stage("71002", "Signed", "1.0"),
        deal_stage("71003", "Declined", "0.0"),
    ]
    tickets = [
        ticket_stage("1", "New", "OPEN"),
        ticket_stage("2", "Waiting on contact", "OPEN"),
        ticket_stage("3", "Waiting on us", "OPEN"),
        ticket_stage("4", "Closed", "CLOSED"),
    ]
    leads = [
        Stage("new-stage-id", "New", {"leadState": "NEW"}),
        Stage("attempting-stage-id", "Attempting", {"leadState": "IN_PROGRESS"}),
        Stage("qualified-stage-id", "Qualified", {"leadState": "QUALIFIED"}),
        Stage("unqualified-stage-id", "Disqualified", {"leadState": "UNQUALIFIED"}),
    ]
    return {
        "deals": [Pipeline("default", "Sales Pipeline", deals), Pipeline("70001", "Service contracts", service)],
        "tickets": [Pipeline("0", "Support Pipeline", tickets)],
        "leads": [Pipeline("lead-pipeline-id", "Lead pipeline", leads)],
    }


@dataclass
class Owner:
    """Somebody whom records can belong to."""

    id: str
    email: str
    first_name: str
    last_name: str
    user_id: int
    teams: tuple[tuple[str, str, bool], ...] = field(default=())
    archived: bool = False

    def as_json(self) -> dict[str, Any]:
        teams = [{"id": number, "name": name, "primary": primary} for number, name, primary in self.teams]
        return {
            "id": self.id,
            "email": self.email,
            "type": "PERSON",
            "firstName": self.first_name,
            "lastName": self.last_name,
            "userId": None if self.archived else self.user_id,
            "userIdIncludingInactive": self.user_id,
            "teams": teams,
            "archived": self.archived,
            "createdAt": iso(1_790_000_000_000),
            "updatedAt": iso(1_790_000_000_000),
        }


def owners() -> dict[str, Owner]:
    """Two people at work, one who left."""
    sales, service = ("301", "Sales", True), ("302", "Service", False)
    listed = (
        Owner("41", "ada.stone@ours.example", "Ada", "Stone", 789, (sales, service)),
        Owner("42", "ben.field@ours.example", "Ben", "Field", 790, (sales,)),
        Owner("43", "cleo.marsh@ours.example", "Cleo", "Marsh", 791, archived=True),
    )
    return {owner.id: owner for owner in listed}
