"""The tests' HubSpot is held against HubSpot's own client library."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hubspot_sdk import (
    APIConnectionError,
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    HubSpot,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
)

from crmllm.core.runtime.home import free_port
from tests.support.crm_server import running, serving
from tests.support.hubspot.account import Rights, Rule
from tests.support.hubspot.oauth import CLIENT_ID, CLIENT_SECRET, SERVICE_KEY
from tests.support.hubspot.server import Server


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def address(server: Server) -> Iterator[str]:
    with serving(server) as found:
        yield found


@pytest.fixture
def client(address: str) -> HubSpot:
    return HubSpot(access_token=SERVICE_KEY, base_url=address, max_retries=0)


def tie(to: str, number: int) -> dict[str, Any]:
    types = [{"association_category": "HUBSPOT_DEFINED", "association_type_id": number}]
    return {"to": {"id": to}, "types": types}


# records ------------------------------------------------------------


def test_a_record_is_made_read_changed_and_archived(client: HubSpot, server: Server) -> None:
    company = client.crm.objects.companies.create(properties={"name": "Betasoloin GmbH"}, associations=[])
    made = client.crm.objects.contacts.create(
        properties={"email": "Ada@x.example", "firstname": "Ada"}, associations=[tie(company.id, 279)]
    )
    changed = client.crm.objects.contacts.update(
        "ada@x.example", id_property="email", properties={"firstname": "", "jobtitle": "Head of 🛠"}
    )
    read = client.crm.objects.contacts.get(
        made.id,
        properties=["email", "firstname", "jobtitle", "nonsense"],
        properties_with_history=["firstname"],
        associations=["companies"],
    )
    assert changed.id == made.id
    assert read.properties["email"] == "ada@x.example"
    assert read.properties["jobtitle"] == "Head of 🛠"
    assert read.properties["firstname"] is None  # asked for and empty
    assert "nonsense" not in read.properties
    assert read.properties_with_history is not None
    assert [one.value for one in read.properties_with_history["firstname"]] == ["", "Ada"]
    assert read.associations is not None
    assert read.associations["companies"].results[0].id == company.id
    named = client.crm.objects.contacts.get(made.id, properties=["associatedcompanyid"]).properties
    assert named["associatedcompanyid"] == company.id  # computed out of the association
    client.crm.objects.contacts.delete(made.id)
    with pytest.raises(NotFoundError):
        client.crm.objects.contacts.get(made.id)
    assert client.crm.objects.contacts.get(made.id, archived=True).archived_at is not None
    assert [one.id for one in client.crm.objects.contacts.list(archived=True)] == [made.id]
    assert [write.what for write in server.account.store.ledger if write.object == "contacts"][-1] == "archive"


def test_a_list_is_paged_to_its_end(client: HubSpot, server: Server) -> None:
    server.account.store.seed("contacts", ({"email": f"p{n}@x.example"} for n in range(250)))
    found = [one.properties["email"] for one in client.crm.objects.contacts.list(limit=100, properties=["email"])]
    assert found == [f"p{n}@x.example" for n in range(250)]
    assert server.count("GET", "/contacts$") == 3
    with pytest.raises(BadRequestError):
        client.crm.objects.contacts.list(limit=101)


def test_values_are_checked(client: HubSpot) -> None:
    contacts, deals = client.crm.objects.contacts, client.crm.objects.deals
    with pytest.raises(BadRequestError, match="INVALID_EMAIL"):
        contacts.create(properties={"email": "x"}, associations=[])
    with pytest.raises(BadRequestError, match="INVALID_OPTION"):
        contacts.create(properties={"lifecyclestage": "friend"}, associations=[])
    with pytest.raises(BadRequestError, match="PROPERTY_DOESNT_EXIST"):
        contacts.create(properties={"shoe_size": "44"}, associations=[])
    with pytest.raises(BadRequestError, match="READ_ONLY_VALUE"):
        contacts.create(properties={"lastmodifieddate": "1795340000000"}, associations=[])
    with pytest.raises(BadRequestError, match="INVALID_DOUBLE"):
        deals.create(properties={"dealname": "A", "dealstage": "closedwon", "amount": "much"}, associations=[])
    with pytest.raises(BadRequestError, match="not a valid stage ID for pipeline default"):
        deals.create(properties={"dealname": "A", "dealstage": "71001"}, associations=[])
    with pytest.raises(BadRequestError, match="MISSING_REQUIRED_PROPERTY"):
        client.crm.objects.notes.create(properties={"hs_note_body": "<p>Hi</p>"}, associations=[])
    with pytest.raises(BadRequestError, match="must be associated"):
        client.crm.objects.leads.create(properties={"hs_lead_name": "A"}, associations=[])
    won = deals.create(
        properties={"dealname": "A", "dealstage": "closedwon", "closedate": "1795340000000"}, associations=[]
    )
    assert won.properties["closedate"] == "2026-11-22T09:33:20.000Z"
    assert won.properties["hs_is_closed_won"] == "true"


def test_an_email_belongs_to_one_contact(client: HubSpot) -> None:
    made = client.crm.objects.contacts.create(properties={"email": "ada@x.example"}, associations=[])
    with pytest.raises(ConflictError, match=f"Contact already exists. Existing ID: {made.id}"):
        client.crm.objects.contacts.create(properties={"email": "ADA@x.example"}, associations=[])


def test_merging_leaves_one_record_that_answers_for_both(client: HubSpot, server: Server) -> None:
    contacts = client.crm.objects.contacts
    winner = contacts.create(properties={"email": "ada@x.example"}, associations=[])
    loser = contacts.create(properties={"email": "ada@y.example", "jobtitle": "Buyer"}, associations=[])
    note = client.crm.objects.notes.create(
        properties={"hs_timestamp": "1795340000000", "hs_note_body": "Hi"}, associations=[tie(loser.id, 202)]
    )
    contacts.merge(primary_object_id=winner.id, object_id_to_merge=loser.id)
    read = contacts.get(loser.id, properties=["email", "jobtitle", "hs_merged_object_ids"], associations=["notes"])
    assert (read.id, read.properties["email"], read.properties["jobtitle"]) == (winner.id, "ada@x.example", "Buyer")
    assert read.properties["hs_merged_object_ids"] == loser.id
    assert read.associations is not None
    assert read.associations["notes"].results[0].id == note.id
    assert [one.id for one in contacts.list()] == [winner.id]


def test_erased_is_gone_for_good(client: HubSpot) -> None:
    contacts = client.crm.objects.contacts
    made = contacts.create(properties={"email": "ada@x.example"}, associations=[])
    contacts.gdpr_delete(object_id="ada@x.example", id_property="email")
    with pytest.raises(NotFoundError):
        contacts.get(made.id, archived=True)
    contacts.gdpr_delete(object_id="ben@x.example", id_property="email")
    with pytest.raises(BadRequestError, match="BLOCKED_EMAIL"):
        contacts.create(properties={"email": "ben@x.example"}, associations=[])


def test_somebody_else_changes_a_record(client: HubSpot, server: Server) -> None:
    deal = {"dealname": "A", "dealstage": "contractsent", "amount": "10"}
    made = client.crm.objects.deals.create(properties=deal, associations=[])
    server.account.clock.advance(1)
    server.account.edit("deals", int(made.id), amount="12.50")
    client.crm.objects.deals.update(made.id, properties={"amount": "11"})
    read = client.crm.objects.deals.get(made.id, properties_with_history=["amount"])
    assert read.updated_at > made.updated_at
    assert read.properties_with_history is not None
    past = [(one.value, one.source_type, one.updated_by_user_id) for one in read.properties_with_history["amount"]]
    assert past == [("11", "INTEGRATION", None), ("12.50", "CRM_UI", 789), ("10", "INTEGRATION", None)]
    events = [event for event in server.account.events.waiting if event.get("propertyName") == "amount"]
    assert [event["changeSource"] for event in events] == ["CRM_UI", "INTEGRATION"]


def test_what_was_archived_can_come_back(client: HubSpot, server: Server) -> None:
    made = client.crm.objects.contacts.create(properties={"email": "ada@x.example"}, associations=[])
    client.crm.objects.contacts.delete(made.id)
    server.account.store.restore("contacts", server.account.table("contacts").rows[int(made.id)])
    assert client.crm.objects.contacts.get("ada@x.example", id_property="email").id == made.id
    assert search(client).total == 1


def test_an_admin_may_ask_for_more(client: HubSpot, server: Server) -> None:
    server.account.rules["deals"] = [Rule("closed_lost_reason", {"dealstage": "closedlost"}, "Tell us why.")]
    made = client.crm.objects.deals.create(properties={"dealname": "A", "dealstage": "contractsent"}, associations=[])
    with pytest.raises(BadRequestError, match=r"Tell us why\."):
        client.crm.objects.deals.update(made.id, properties={"dealstage": "closedlost"})
    lost = {"dealstage": "closedlost", "closed_lost_reason": "Price"}
    client.crm.objects.deals.update(made.id, properties=lost)


# batches ------------------------------------------------------------


def test_part_of_a_batch_may_fail(client: HubSpot, server: Server) -> None:
    server.account.add_property("companies", name="crmllm_id", unique=True)
    batch = client.crm.objects.companies.batch
    inputs = [
        {"id": "a", "id_property": "crmllm_id", "object_write_trace_id": "t1", "properties": {"name": "A"}},
        {"id": "b", "id_property": "crmllm_id", "object_write_trace_id": "t2", "properties": {"industry": "MAGIC"}},
    ]
    raw = batch.with_raw_response.upsert(inputs=inputs)
    assert raw.status_code == 207
    answer = raw.http_response.json()
    assert [(one["objectWriteTraceId"], one["new"]) for one in answer["results"]] == [("t1", True)]
    assert answer["numErrors"] == 1
    assert answer["errors"][0]["context"]["objectWriteTraceId"] == ["t2"]
    inputs[1]["properties"] = {"name": "B"}
    again = batch.upsert(inputs=inputs)
    assert [(one.new, one.properties["name"]) for one in again.results] == [(False, "A"), (True, "B")]


def test_without_traces_a_batch_is_all_or_nothing(client: HubSpot, server: Server) -> None:
    inputs = [{"properties": {"name": name}, "associations": []} for name in ("A", "B")]
    inputs[1]["properties"] = {"industry": "MAGIC"}
    with pytest.raises(BadRequestError):
        client.crm.objects.companies.batch.create(inputs=inputs)
    assert not server.account.store.ledger
    with pytest.raises(BadRequestError, match="The maximum number of inputs is 100"):
        client.crm.objects.companies.batch.create(inputs=[inputs[0]] * 101)
    twice = [{"id": "1", "properties": {"name": "A"}}] * 2
    with pytest.raises(BadRequestError, match="Duplicate"):
        client.crm.objects.companies.batch.update(inputs=twice)


def test_a_batch_is_read_and_archived(client: HubSpot) -> None:
    batch = client.crm.objects.products.batch
    made = batch.create(inputs=[{"properties": {"name": n, "price": "1.50"}, "associations": []} for n in ("A", "B")])
    ids = [{"id": one.id} for one in made.results]
    read = batch.get(inputs=[*ids, {"id": "999"}], properties=["name"], properties_with_history=[])
    assert [one.properties["name"] for one in read.results] == ["A", "B"]
    batch.delete(inputs=ids)
    assert list(client.crm.objects.products.list()) == []


# search ------------------------------------------------------------


def search(client: HubSpot, **more: Any) -> Any:
    usual = {"filter_groups": [], "sorts": ["lastmodifieddate"], "properties": ["email"], "limit": 200, "after": "0"}
    return client.crm.objects.contacts.search(**{**usual, **more})


def changed_since(at: int, operator: str = "GTE") -> dict[str, Any]:
    return {"filters": [{"property_name": "lastmodifieddate", "operator": operator, "value": str(at)}]}


def test_a_search_finds_what_changed_since_page_by_page(client: HubSpot, server: Server) -> None:
    start = 1_795_340_000_000
    server.account.store.seed("contacts", ({"email": f"p{n}@x.example"} for n in range(500)), at=start, step=1000)
    found, after = [], "0"
    while after:
        page = search(client, filter_groups=[changed_since(start + 50_000)], after=after)
        found += [one.properties["email"] for one in page.results]
        after = page.paging.next.after if page.paging else ""
    assert page.total == 450
    assert found == [f"p{n}@x.example" for n in range(50, 500)]


def test_the_operators(client: HubSpot, server: Server) -> None:
    for name, company in (("ada", "Alpha Ltd"), ("ben", "Beta Ltd"), ("cleo", "")):
        server.account.make("contacts", email=f"{name}@x.example", **({"company": company} if company else {}))

    def found(name: str, operator: str, **value: Any) -> str:
        groups = [{"filters": [{"property_name": name, "operator": operator, **value}]}]
        results = search(client, filter_groups=groups, sorts=["email"]).results
        return " ".join(one.properties["email"].split("@")[0] for one in results)

    assert found("email", "EQ", value="BEN@x.example") == "ben"
    assert found("company", "NEQ", value="Beta Ltd") == "ada cleo"
    assert found("company", "HAS_PROPERTY") == "ada ben"
    assert found("company", "NOT_HAS_PROPERTY") == "cleo"
    assert found("company", "CONTAINS_TOKEN", value="alpha") == "ada"
    assert found("email", "IN", values=["ada@x.example", "cleo@x.example"]) == "ada cleo"
    assert found("email", "NOT_IN", values=["ada@x.example", "cleo@x.example"]) == "ben"
    assert found("hs_object_id", "BETWEEN", value="51", highValue="52") == "ada ben"
    assert found("hs_object_id", "GT", value="52") == "cleo"
    assert found("hs_object_id", "LTE", value="51") == "ada"


def test_a_search_ends_at_ten_thousand(client: HubSpot, server: Server) -> None:
    server.account.store.seed("contacts", ({"email": f"p{n}@x.example"} for n in range(10_400)), at=1_795_340_000_000)
    page = search(client, after="9800")
    assert (page.total, page.paging.next.after) == (10_400, "10000")
    with pytest.raises(BadRequestError):
        search(client, after="10000")
    # All stamps are the same: only the id leads on.
    last = page.results[-1].id
    same = {"filters": [*changed_since(1_795_340_000_000, "EQ")["filters"]]}
    same["filters"].append({"property_name": "hs_object_id", "operator": "GT", "value": last})
    assert search(client, filter_groups=[same]).total == 400


def test_the_index_lags_behind_what_is_written(client: HubSpot, server: Server) -> None:
    server.account.store.index_lag = 30_000
    made = client.crm.objects.contacts.create(properties={"email": "ada@x.example"}, associations=[])
    assert search(client).total == 0
    assert client.crm.objects.contacts.get(made.id).id == made.id
    server.account.clock.advance(31)
    assert search(client).total == 1
    client.crm.objects.contacts.update(made.id, properties={"jobtitle": "Buyer"})
    groups = [{"filters": [{"property_name": "jobtitle", "operator": "EQ", "value": "Buyer"}]}]
    assert search(client, filter_groups=groups).total == 0
    server.account.clock.advance(31)
    assert search(client, filter_groups=groups).total == 1


# what the account looks like ------------------------------------------------------------


def test_properties_are_read_made_and_removed(client: HubSpot) -> None:
    known = {one.name: one for one in client.crm.properties.list("contacts").results}
    assert known["email"].has_unique_value
    assert [one.value for one in known["lifecyclestage"].options][:2] == ["subscriber", "lead"]
    made = client.crm.properties.create(
        "deals",
        name="crmllm_id",
        label="Our id",
        type="string",
        field_type="text",
        group_name="dealinformation",
        has_unique_value=True,
    )
    assert made.has_unique_value
    deal = {"dealname": "A", "dealstage": "closedlost", "crmllm_id": "w-1"}
    client.crm.objects.deals.create(properties=deal, associations=[])
    with pytest.raises(ConflictError):
        client.crm.objects.deals.create(properties=deal, associations=[])
    assert client.crm.objects.deals.get("w-1", id_property="crmllm_id").properties["dealname"] == "A"
    client.crm.properties.delete("crmllm_id", object_type="deals")
    with pytest.raises(NotFoundError):
        client.crm.properties.get("crmllm_id", object_type="deals")


def test_pipelines_and_owners(client: HubSpot) -> None:
    sales, service = client.crm.pipelines.list("deals").results
    assert [stage.id for stage in sales.stages][-2:] == ["closedwon", "closedlost"]
    assert service.stages[1].metadata == {"probability": "1.0", "isClosed": "true"}
    owners = {one.email: one for one in client.crm.owners.list()}
    ada = owners["ada.stone@ours.example"]
    assert ada.teams is not None
    assert [(team.name, team.primary) for team in ada.teams] == [("Sales", True), ("Service", False)]
    assert [one.user_id for one in client.crm.owners.list(archived=True)] == [None]
    assert client.crm.owners.get(ada.id).id == ada.id
    with pytest.raises(BadRequestError, match="INVALID_OWNER_ID"):
        client.crm.objects.contacts.create(properties={"hubspot_owner_id": "43"}, associations=[])
    assert client.account.get().time_zone == "Europe/Berlin"
    assert client.account.get_daily_private_apps_usage().results[0].current_usage > 0


def test_associations(client: HubSpot) -> None:
    ada = client.crm.objects.contacts.create(properties={"email": "ada@x.example"}, associations=[])
    firms = [client.crm.objects.companies.create(properties={"name": n}, associations=[]) for n in ("A", "B")]
    ties = client.crm.associations
    for firm in firms:
        ties.create(firm.id, from_object_type="contacts", from_object_id=ada.id, to_object_type="companies")
    found = list(ties.list("companies", object_type="contacts", object_id=ada.id))
    assert [sorted(kind.type_id for kind in one.association_types) for one in found] == [[1, 279], [279]]
    labels = client.crm.associations_schema.labels.list_labels("contacts", from_object_type="companies")
    assert {one.type_id: one.label for one in labels.results} == {280: None, 2: "Primary"}
    read = ties.batch.get("contacts", from_object_type="companies", inputs=[{"id": firm.id} for firm in firms])
    assert [one.to[0].to_object_id for one in read.results] == [ada.id, ada.id]
    ties.delete(firms[1].id, object_type="contacts", object_id=ada.id, to_object_type="companies")
    assert len(list(ties.list("companies", object_type="contacts", object_id=ada.id))) == 1


# who may do what ------------------------------------------------------------


def test_signing_in_and_renewing(address: str, server: Server) -> None:
    verifier = "a-verifier-of-more-than-forty-three-characters-in-length"
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "client_id": CLIENT_ID,
        "redirect_uri": "https://crm.example.test/back",
        "scope": "oauth crm.objects.contacts.read",
        "state": "s-1",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    back = httpx.get(f"{address}/oauth/authorize", params=asked).next_request
    assert back is not None
    assert back.url.params["state"] == "s-1"
    nobody = HubSpot(base_url=address, max_retries=0)
    app = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    code = {"code": back.url.params["code"], "redirect_uri": asked["redirect_uri"], "grant_type": "authorization_code"}
    token: Any = nobody.auth.oauth.create_token(**app, **code, code_verifier=verifier)
    with pytest.raises(BadRequestError, match="unknown auth code"):  # good for one time only
        nobody.auth.oauth.create_token(**app, **code, code_verifier=verifier)
    known: Any = nobody.auth.oauth.introspect_token(**app, token=token.access_token)
    assert (known.hub_id, known.signed_access_token.is_user_level) == (123456, False)

    client = HubSpot(access_token=token.access_token, base_url=address, max_retries=0)
    assert list(client.crm.objects.contacts.list()) == []
    with pytest.raises(PermissionDeniedError, match=r"crm\.objects\.contacts\.write"):
        client.crm.objects.contacts.create(properties={}, associations=[])
    server.account.clock.advance(token.expires_in + 420)
    with pytest.raises(AuthenticationError, match="expired 7 minute"):
        client.crm.objects.contacts.list()
    new: Any = nobody.auth.oauth.create_token(**app, grant_type="refresh_token", refresh_token=token.refresh_token)
    assert new.refresh_token != token.refresh_token
    with pytest.raises(BadRequestError, match="invalid refresh token"):  # it was exchanged
        nobody.auth.oauth.create_token(**app, grant_type="refresh_token", refresh_token=token.refresh_token)
    client = HubSpot(access_token=new.access_token, base_url=address, max_retries=0)
    assert list(client.crm.objects.contacts.list()) == []
    alone: Any = nobody.auth.oauth.create_token(**app, grant_type="client_credentials", scope="crm.objects.deals.read")
    assert alone.scopes == ["crm.objects.deals.read"]


def test_a_foreign_verifier_is_refused(address: str, server: Server) -> None:
    asked = {"client_id": CLIENT_ID, "redirect_uri": "https://crm.example.test/back", "code_challenge": "other"}
    code = server.account.tokens.authorize(asked)["code"]
    form = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "grant_type": "authorization_code", "code": code}
    form |= {"redirect_uri": asked["redirect_uri"], "code_verifier": "mine"}
    answer = httpx.post(f"{address}/oauth/2026-09/token", data=form)
    assert (answer.status_code, answer.json()["status"]) == (400, "BAD_CODE_VERIFIER")


def test_what_is_hidden_is_left_out(client: HubSpot, server: Server) -> None:
    seen = server.account.make("contacts", email="ada@x.example", phone="+49301234")
    gone = server.account.make("contacts", email="ben@x.example")
    rights = server.account.rights[None]
    rights.hidden_properties["contacts"] = {"phone"}
    rights.hidden_rows.add(("contacts", gone.id))
    assert "phone" not in {one.name for one in client.crm.properties.list("contacts").results}
    assert "phone" not in client.crm.objects.contacts.get(str(seen.id), properties=["phone"]).properties
    assert [one.id for one in client.crm.objects.contacts.list()] == [str(seen.id)]
    assert search(client).total == 1
    with pytest.raises(NotFoundError):
        client.crm.objects.contacts.get(str(gone.id))
    with pytest.raises(BadRequestError, match="PROPERTY_DOESNT_EXIST"):
        client.crm.objects.contacts.update(str(seen.id), properties={"phone": "+49309999"})


def test_a_user_sees_by_their_own_rights(address: str, server: Server) -> None:
    mine = server.account.make("contacts", email="ada@x.example", hubspot_owner_id="41")
    server.account.make("contacts", email="ben@x.example", hubspot_owner_id="42")
    server.account.rights[789] = Rights(only_owner="41")
    server.account.tokens.user_level = True
    for user, count in ((789, 1), (790, 2)):
        token = server.account.tokens.grant(user_id=user).value
        found = list(HubSpot(access_token=token, base_url=address, max_retries=0).crm.objects.contacts.list())
        assert (found[0].id, len(found)) == (str(mine.id), count)


def test_bodies_of_emails_need_a_scope_of_their_own(address: str, server: Server) -> None:
    mail = server.account.make("emails", hs_timestamp="1795340000000", hs_email_text="Hello", hs_email_subject="Hi")
    server.account.tokens.service_key("narrow", ["crm.objects.contacts.read"])
    for key, shown in ((SERVICE_KEY, True), ("narrow", False)):
        client = HubSpot(access_token=key, base_url=address, max_retries=0)
        read = client.crm.objects.emails.get(str(mail.id), properties=["hs_email_text", "hs_email_subject"])
        assert ("hs_email_text" in read.properties, read.properties["hs_email_subject"]) == (shown, "Hi")


# limits and faults ------------------------------------------------------------


def test_calls_are_counted_in_a_rolling_window(client: HubSpot, server: Server) -> None:
    server.account.clock.fixed = 1_795_340_000_000
    server.account.limits.ten_seconds, server.account.limits.daily = 3, 5
    left = [client.crm.owners.with_raw_response.list().headers["X-HubSpot-RateLimit-Remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    with pytest.raises(RateLimitError, match="TEN_SECONDLY_ROLLING"):
        client.crm.owners.list()
    server.account.clock.advance(10)
    client.crm.owners.list()
    client.crm.owners.list()
    with pytest.raises(RateLimitError, match="DAILY"):
        client.crm.owners.list()


def test_searches_have_a_limit_of_their_own(client: HubSpot, server: Server) -> None:
    server.account.clock.fixed = 1_795_340_000_000
    server.account.limits.searches = 1
    search(client)
    with pytest.raises(RateLimitError, match="SECONDLY"):
        search(client)
    server.account.clock.advance(1)
    search(client)


@pytest.mark.parametrize(("kind", "status"), [("locked", 423), ("migrating", 477), ("html", 502), ("expired", 401)])
def test_faults_come_as_planned(client: HubSpot, server: Server, kind: str, status: int) -> None:
    server.faults.plan(kind, method="GET", path="/crm/owners")
    with pytest.raises(APIStatusError) as caught:
        client.crm.owners.list()
    assert caught.value.status_code == status
    assert len(client.crm.owners.list().results) == 2


def test_an_answer_is_lost_after_the_write(client: HubSpot, server: Server) -> None:
    server.faults.plan("reset_before", method="POST", path="/contacts$")
    server.faults.plan("reset_after", method="POST", path="/contacts$")
    for _ in range(2):
        with pytest.raises(APIConnectionError):
            client.crm.objects.contacts.create(properties={"email": "ada@x.example"}, associations=[])
    with pytest.raises(ConflictError):
        client.crm.objects.contacts.create(properties={"email": "ada@x.example"}, associations=[])
    assert [write.what for write in server.account.store.ledger] == ["create"]
    assert [seen.status for seen in server.log] == [0, 0, 409]


def test_a_page_comes_twice(client: HubSpot, server: Server) -> None:
    server.account.store.seed("contacts", ({"email": f"p{n}@x.example"} for n in range(25)))
    server.faults.plan("repeated_page", skip=1, path="/contacts")
    found = [one.properties["email"] for one in client.crm.objects.contacts.list(limit=10)]
    assert (len(found), len(set(found))) == (35, 25)


# as a process ------------------------------------------------------------


def test_a_killed_server_has_lost_nothing(tmp_path: Path) -> None:
    port = free_port()
    with running("hubspot", port, tmp_path / "state") as address:
        client = HubSpot(access_token=SERVICE_KEY, base_url=address, max_retries=0)
        httpx.post(
            f"{address}/__control__/add_property", json={"object": "contacts", "name": "crmllm_id", "unique": True}
        ).raise_for_status()
        contacts = client.crm.objects.contacts
        ada, ben, cleo = (
            contacts.create(properties={"email": f"{name}@x.example", "crmllm_id": name}, associations=[]).id
            for name in ("ada", "ben", "cleo")
        )
        note = {"hs_timestamp": "1795340000000", "hs_note_body": "Hi"}
        noted = client.crm.objects.notes.create(properties=note, associations=[tie(ben, 202)]).id
        contacts.update(ada, properties={"jobtitle": "Buyer"})
        contacts.merge(primary_object_id=ada, object_id_to_merge=ben)
        contacts.delete(cleo)
        before = httpx.post(f"{address}/__control__/ledger", json={}).json()
    with running("hubspot", port, tmp_path / "state") as address:
        client = HubSpot(access_token=SERVICE_KEY, base_url=address, max_retries=0)
        contacts = client.crm.objects.contacts
        read = contacts.get("ada", id_property="crmllm_id", properties=["jobtitle"], associations=["notes"])
        assert (read.id, read.properties["jobtitle"]) == (ada, "Buyer")
        assert read.associations is not None
        assert read.associations["notes"].results[0].id == noted
        assert contacts.get(ben).id == ada
        assert [one.id for one in contacts.list(archived=True)] == [cleo]
        assert httpx.post(f"{address}/__control__/ledger", json={}).json() == before
        new = contacts.create(properties={"email": "dora@x.example"}, associations=[])
        assert int(new.id) > int(noted)
