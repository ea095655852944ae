"""What data cannot say of Salesforce: jobs for large numbers, and the conversion of leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmllm.connectors.base import Operation, RemoteGone, RemoteRefused
from crmllm.connectors.engine.strategy import Conversion, Converted, Strategy
from crmllm.connectors.salesforce import bulk, soap

BULK_FROM = 2000  # changes: from here on a job takes fewer calls than collections of 200


class Salesforce(Strategy):
    """Hooks of Salesforce."""

    def bulk_size(self, object_name: str, operation: Operation) -> int | None:
        """None where the org has no field for our ids: then nothing would tell which result belongs to which create."""
        known = bool(self.connector.mapping(object_name).our_id)
        return BULK_FROM if known or operation != Operation.CREATE else None

    def bulk(self, operation: Operation, items: Sequence[Mapping[str, Any]]) -> list[Any]:
        return bulk.run(self.connector, operation, items)

    def erase(self, object_name: str, values: Mapping[str, Any]) -> None:
        """Past the recycle bin where our user has the permission for that, else into it."""
        try:
            bulk.hard_delete(self.connector, str(values["object"]), str(values["id"]))
        except RemoteRefused:
            super().erase(object_name, values)

    def convert(self, lead: str, wish: Conversion) -> Converted:
        call = self.connector.stream("lead").calls["convert"]
        status = self.connector.stream("lead").fields["status"].choices["converted"]
        return soap.convert(self.connector.transport, call, lead, wish, status)

    def converted(self, lead: str) -> Converted | None:
        stream = self.connector.stream("lead")
        body = self.connector.transport.send(stream.calls["converted"], {"object": stream.theirs, "id": lead})
        row = next(iter(body["records"]), None)
        if row is None:
            raise RemoteGone("The lead is not there any more, or not for us.")
        found = [str(row[f"Converted{name}Id"] or "") for name in ("Account", "Contact", "Opportunity")]
        return Converted(*found) if row["IsConverted"] else None
