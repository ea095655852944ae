"""Which message a person should see first: by when it has to be decided, sooner for what weighs more.

`due_at` is the arrival plus the service level divided by the weight, and the weight is risk times value. It does not
change while time goes by, so one index keeps the order; whoever takes the earliest takes the item of the greatest
risk x value x age: an item's lateness grows with every hour, and for one of weight four a deadline that an ordinary
item reaches after a day has come after six hours.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal, InvalidOperation

from crmllm.core.crypto import open_or
from crmllm.core.registry import Registry
from crmllm.crm import selectors as crm
from crmllm.crm.choices import Object, Risk
from crmllm.ingestion.models import Interaction
from crmllm.proposals.choices import OPEN, Action
from crmllm.proposals.models import Proposal

#: Hours to decide in, where no queue says otherwise.
HOURS = 24.0
RISKS = {Risk.LOW: 1.0, Risk.NORMAL: 1.5, Risk.HIGH: 2.0}
_ORDER = list(RISKS)
#: An amount of a thousand weighs 1, each further power of ten 1 more, up to this.
MOST_VALUE = 4.0

#: Who knows another service level of an item: hours, or None. The first that answers counts.
service_levels: Registry[Callable[[Interaction, Sequence[Proposal]], float | None]] = Registry()


def weigh(interaction: Interaction) -> None:
    """Sets the weight and the deadline of an interaction by what is open in it. The caller saves."""
    rows = list(interaction.proposals.filter(state__in=OPEN).prefetch_related("changes"))
    interaction.urgency = weight(rows)
    interaction.risk = max((_riskiest(row) for row in rows), key=_ORDER.index, default=Risk.LOW)
    answers = (ask(interaction, rows) for _name, ask in service_levels.items())
    hours = next((answer for answer in answers if answer is not None), HOURS)
    interaction.due_at = interaction.created_at + timedelta(hours=hours / interaction.urgency)


def weight(rows: Sequence[Proposal]) -> float:
    """Risk times value of what is proposed: 1 for a note without an amount, 8 for a large one of high risk."""
    risk = max((RISKS[_riskiest(row)] for row in rows), default=1.0)
    return risk * max((_value(row) for row in rows), default=1.0)


def _riskiest(row: Proposal) -> Risk:
    fields = crm.field_map(row.object)
    found = (Risk(fields[one.field].risk) for one in row.changes.all() if one.field in fields)
    return max(found, key=_ORDER.index, default=Risk.LOW)


def _value(row: Proposal) -> float:
    """The amount that is proposed, else the one of the opportunity that is changed."""
    if row.object != Object.OPPORTUNITY:
        return 1.0
    proposed = next((open_or(one.proposed) for one in row.changes.all() if one.field == "amount"), None)
    if proposed is None and row.action == Action.UPDATE:
        record = crm.by_id(row.object, row.target_id)
        proposed = getattr(record, "amount", None)
    try:
        amount = abs(Decimal(str(proposed or 0)))
    except InvalidOperation:  # a value whose own check refuses it
        return 1.0
    return min(max(math.log10(amount) - 2, 1.0), MOST_VALUE) if amount >= 1 else 1.0
