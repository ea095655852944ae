"""The tests' Salesforce is true enough: a client that others wrote for the real one works, and it fails on order."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce as Client
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceResourceNotFound,
)

from tests.support.contract import Contract
from tests.support.crm_server import running, serving
from tests.support.salesforce import server
from tests.support.salesforce.server import Salesforce

DOCUMENT = Path(server.__file__).with_name("openapi.yaml")
ADA = {"LastName": "Lovelace", "FirstName": "Ada", "Email": "ada@acme.example"}
DATA = "/services/data/v68.0"


class Local(HTTPAdapter):
    """Sends whatever is meant for the vendor to this machine."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        request.url = f"{self.address}{request.path_url}"
        return super().send(request, *args, **kwargs)


@pytest.fixture
def sf() -> Salesforce:
    return Salesforce()


@pytest.fixture
def address(sf: Salesforce) -> Iterator[str]:
    contract = Contract(sf.app, DOCUMENT)
    with serving(contract) as where:
        yield where
    contract.verify()


@pytest.fixture
def session(address: str) -> requests.Session:
    session = requests.Session()
    session.mount("https://", Local(address))
    return session


@pytest.fixture
def client(sf: Salesforce, session: requests.Session) -> Any:
    login: dict[str, Any] = {"consumer_key": "crmllm", "consumer_secret": "made-up-secret", "domain": "acme.my"}
    return Client(**login, version="68.0", session=session)


@pytest.fixture
def http(sf: Salesforce, address: str) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {sf.token()}"}
    with httpx.Client(base_url=address + DATA, headers=headers, timeout=5) as client:
        yield client


def ask(http: httpx.Client, soql: str, path: str = "/query") -> list[dict[str, Any]]:
    response = http.get(path, params={"q": soql})
    assert response.status_code == 200, response.text
    return list(response.json()["records"])


def code_of(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()[0]["errorCode"]


# --- the vendor's world, seen by a client that is not ours ------------------------------------------------------------


def test_a_signed_statement_logs_in_and_only_the_right_key_does(sf: Salesforce, session: requests.Session) -> None:
    keys = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2)]
    public = (
        keys[0].public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    sf.controls.register_app("jwt-app", "unused", public_key=public.decode())
    private = [
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        for key in keys
    ]
    login: dict[str, Any] = {"username": "ada@acme.example", "consumer_key": "jwt-app", "session": session}
    client = Client(**login, privatekey=private[0], version="68.0")
    assert client.query("SELECT COUNT() FROM Contact")["totalSize"] == 0
    with pytest.raises(SalesforceAuthenticationFailed, match="invalid_grant"):
        Client(**login, privatekey=private[1])
    sf.controls.set_clock(skew=300)  # by the vendor's clock the statement is too old
    with pytest.raises(SalesforceAuthenticationFailed, match="not within its validity"):
        Client(**login, privatekey=private[0])


def test_records_are_made_read_changed_and_deleted(client: Any) -> None:
    account = client.Account.create({"Name": "Acme", "AnnualRevenue": 1250.5})["id"]
    made = client.Contact.create(ADA | {"AccountId": account, "Title": "Countess 👩‍🔬"})
    contact = client.Contact.get(made["id"])
    assert (contact["Name"], contact["Title"], contact["Phone"]) == ("Ada Lovelace", "Countess 👩‍🔬", None)
    assert client.Contact.update(made["id"], {"Title": None, "Phone": "+49 30 1234"}) == 204
    found = client.query("SELECT Title, Phone, Account.Name, Account.AnnualRevenue FROM Contact")["records"][0]
    assert (found["Title"], found["Phone"]) == (None, "+49 30 1234")
    assert (found["Account"]["Name"], found["Account"]["AnnualRevenue"]) == ("Acme", 1250.5)
    assert client.Contact.delete(made["id"]) == 204
    with pytest.raises(SalesforceResourceNotFound):
        client.Contact.get(made["id"])
    assert client.query_all("SELECT Id FROM Contact", include_deleted=True)["records"][0]["Id"] == made["id"]


def test_upserts_by_external_id(sf: Salesforce, client: Any) -> None:
    assert client.Contact.upsert("Crmllm_Id__c/a-1", ADA) == 201
    assert client.Contact.upsert("Crmllm_Id__c/A-1", {"Phone": "1"}) == 200
    assert client.Contact.get_by_custom_id("Crmllm_Id__c", "a-1")["Phone"] == "1"
    sf.controls.add_field("Contact", "Loose__c", external=True)
    sf.controls.load("Contact", [{"LastName": "One", "Loose__c": "x"}, {"LastName": "Two", "Loose__c": "x"}])
    with pytest.raises(SalesforceMoreThanOneRecord):
        client.Contact.upsert("Loose__c/x", {"Phone": "1"})


def test_a_long_answer_comes_in_pages(sf: Salesforce, client: Any) -> None:
    names = [f"Person {number:04d}" for number in range(4500)]
    sf.controls.load("Contact", [{"LastName": name} for name in names])
    pages = client.query("SELECT LastName FROM Contact ORDER BY LastName DESC")
    assert (pages["totalSize"], pages["done"], len(pages["records"])) == (4500, False, 2000)
    everything = client.query_all("SELECT LastName FROM Contact ORDER BY LastName DESC")["records"]
    assert [record["LastName"] for record in everything] == names[::-1]


def test_bulk_jobs_insert_and_query(client: Any) -> None:
    people: list[dict[str, Any]] = [
        {"LastName": f"Bulk {number}", "Email": f"p{number}@x.example"} for number in range(50)
    ]
    done = client.bulk2.Contact.insert(records=[*people, {"LastName": "Broken", "Email": "nobody"}], wait=0)
    assert done[0]["numberRecordsProcessed"] == 51 and done[0]["numberRecordsFailed"] == 1
    assert "INVALID_EMAIL_ADDRESS" in client.bulk2.Contact.get_failed_records(done[0]["job_id"])
    tables = list(client.bulk2.Contact.query("SELECT Id, LastName FROM Contact", max_records=30, wait=0))
    assert [table.count("Bulk") for table in tables] == [30, 20]


def test_describe_and_limits(sf: Salesforce, client: Any) -> None:
    fields = {field["name"]: field for field in client.Opportunity.describe()["fields"]}
    assert fields["StageName"]["restrictedPicklist"] and not fields["StageName"]["nillable"]
    assert fields["AccountId"]["referenceTo"] == ["Account"] and fields["Crmllm_Id__c"]["externalId"]
    assert {"Contact", "Case", "Product2"} <= {one["name"] for one in client.describe()["sobjects"]}
    limits = client.limits()["DailyApiRequests"]
    assert limits["Max"] - limits["Remaining"] == sf.api_used
    assert client.api_usage["api-usage"].used == sf.api_used


def test_lists_of_what_changed_and_what_went(sf: Salesforce, client: Any) -> None:
    sf.controls.set_clock(stands_at="2026-11-20T09:00:30+00:00")
    kept, gone = sf.controls.load("Lead", [{"LastName": name, "Company": "Acme"} for name in ("A", "B")])
    sf.controls.delete("Lead", gone)
    sf.controls.set_clock(stands_at="2026-11-20T09:05:00+00:00")
    start, end = (f"2026-11-20T09:0{minute}:00%2B00:00" for minute in (0, 4))
    assert client.restful(f"sobjects/Lead/updated/?start={start}&end={end}") == {
        "ids": [kept],
        "latestDateCovered": "2026-11-20T09:04:00.000+0000",
    }
    deleted = client.restful(f"sobjects/Lead/deleted/?start={start}&end={end}")["deletedRecords"]
    assert deleted == [{"id": gone, "deletedDate": "2026-11-20T09:00:30.000+0000"}]


def test_collections_tell_each_record_apart(client: Any) -> None:
    records = [{"attributes": {"type": "Contact"}, **values} for values in (ADA, {"FirstName": "Nobody"})]
    asked = json.dumps({"allOrNone": False, "records": records})
    good, bad = client.restful("composite/sobjects", method="POST", data=asked)
    assert good["success"] and bad["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    asked = json.dumps({"allOrNone": True, "records": records})
    rolled_back, _ = client.restful("composite/sobjects", method="POST", data=asked)
    assert rolled_back["errors"][0]["statusCode"] == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    assert client.query("SELECT COUNT() FROM Contact")["totalSize"] == 1


def test_a_client_signs_in_again_when_its_session_has_ended(sf: Salesforce, client: Any) -> None:
    sf.controls.expire_tokens()
    assert client.query("SELECT COUNT() FROM Contact")["totalSize"] == 0
    assert [seen.status for seen in sf.app.log if "/query" in seen.path] == [401, 200]
    assert sf.app.count("POST", "/oauth2/token") == 2
    with pytest.raises(SalesforceMalformedRequest, match="No such column"):
        client.query("SELECT Nothing__c FROM Contact")


# --- what that client does not do -------------------------------------------------------------------------------------


def test_a_person_signs_in_with_a_code_and_a_refresh_token_goes_on(sf: Salesforce, address: str) -> None:
    grace = sf.controls.add_user("grace@acme.example", "Grace", "Hopper")
    sf.controls.signs_in(grace)
    verifier, state = "v" * 50, "state-of-16-chars"
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {"response_type": "code", "client_id": "crmllm", "redirect_uri": "https://ours.example/back"}
    asked |= {"state": state, "code_challenge": challenge, "code_challenge_method": "S256"}
    with httpx.Client(base_url=address) as http:
        back = parse_qs(urlsplit(http.get("/services/oauth2/authorize", params=asked).headers["Location"]).query)
        assert back["state"] == [state]
        form = {"grant_type": "authorization_code", "code": back["code"][0], "client_id": "crmllm"}
        form |= {"redirect_uri": asked["redirect_uri"], "client_secret": "made-up-secret", "code_verifier": verifier}
        token = http.post("/services/oauth2/token", data=form).json()
        again = http.post("/services/oauth2/token", data=form)
        assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
        assert token["id"].endswith(grace) and token["instance_url"] == address
        sf.controls.rotate_refresh_tokens()
        form = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"], "client_id": "crmllm"}
        fresh = http.post("/services/oauth2/token", data=form).json()
        assert fresh["refresh_token"] != token["refresh_token"]
        assert http.post("/services/oauth2/token", data=form).json()["error"] == "invalid_grant"
        who = http.get("/services/oauth2/userinfo", headers={"Authorization": f"Bearer {fresh['access_token']}"})
        assert who.json()["user_id"] == grace
        assert http.post("/services/oauth2/revoke", data={"token": fresh["refresh_token"]}).status_code == 200
        form["refresh_token"] = fresh["refresh_token"]
        assert http.post("/services/oauth2/token", data=form).json()["error"] == "invalid_grant"


def test_composite_requests_refer_to_each_other_and_fall_together(http: httpx.Client) -> None:
    def both(stage: str) -> list[int]:
        requests = [
            {"method": "POST", "url": f"{DATA}/sobjects/Account", "referenceId": "acme", "body": {"Name": 'A "B"'}},
            {
                "method": "POST",
                "url": f"{DATA}/sobjects/Opportunity",
                "referenceId": "deal",
                "body": {"Name": "Pilot", "StageName": stage, "CloseDate": "2026-12-24", "AccountId": "@{acme.id}"},
            },
        ]
        answer = http.post("/composite", json={"allOrNone": True, "compositeRequest": requests}).json()
        return [one["httpStatusCode"] for one in answer["compositeResponse"]]

    assert both("No such stage") == [400, 400]
    assert ask(http, "SELECT Id FROM Account") == []
    assert both("Closed Won") == [201, 201]
    (deal,) = ask(http, "SELECT Account.Name, IsWon, Probability FROM Opportunity")
    assert (deal["Account"]["Name"], deal["IsWon"], deal["Probability"]) == ('A "B"', True, 100)


def test_preconditions_go_by_the_second(sf: Salesforce, http: httpx.Client) -> None:
    sf.controls.set_clock(stands_at="2026-11-22T09:00:00+00:00")
    (contact,) = sf.controls.load("Contact", [ADA])
    (account,) = sf.controls.load("Account", [{"Name": "Acme"}])
    read = {"If-Unmodified-Since": http.get(f"/sobjects/Contact/{contact}").headers["Last-Modified"]}
    etag = {"If-Match": http.get(f"/sobjects/Account/{account}").headers["ETag"]}
    sf.controls.change("Contact", contact, {"Phone": "1"})
    assert http.patch(f"/sobjects/Contact/{contact}", json={"Phone": "2"}, headers=read).status_code == 204
    sf.controls.set_clock(stands_at="2026-11-22T09:00:01+00:00")
    sf.controls.change("Contact", contact, {"Phone": "3"})
    sf.controls.change("Account", account, {"Phone": "3"})
    for path, headers in ((f"/sobjects/Contact/{contact}", read), (f"/sobjects/Account/{account}", etag)):
        assert code_of(http.patch(path, json={"Phone": "4"}, headers=headers)) == (412, "PRECONDITION_FAILED")
    malformed = http.patch(f"/sobjects/Contact/{contact}", json={}, headers={"If-Unmodified-Since": "yesterday"})
    assert malformed.status_code == 400


def test_what_a_person_may_not_see_is_not_there(sf: Salesforce, http: httpx.Client, address: str) -> None:
    grace = sf.controls.add_user("grace@acme.example", "Grace", "Hopper")
    seen, hidden = sf.controls.load("Contact", [ADA, {"LastName": "Secret"}])
    sf.controls.hide_field("Contact", "Email", user=grace)
    sf.controls.hide_row(hidden, user=grace)
    sf.controls.lock_row(seen, user=grace)
    hers = httpx.Client(base_url=address + DATA, headers={"Authorization": f"Bearer {sf.token(grace)}"})
    names = {field["name"] for field in hers.get("/sobjects/Contact/describe").json()["fields"]}
    assert "Phone" in names and "Email" not in names
    assert "Email" not in hers.get(f"/sobjects/Contact/{seen}").json()
    assert code_of(hers.get("/query", params={"q": "SELECT Email FROM Contact"})) == (400, "INVALID_FIELD")
    assert code_of(hers.get(f"/sobjects/Contact/{hidden}")) == (404, "NOT_FOUND")
    assert len(ask(hers, "SELECT Id FROM Contact")) == 1 and len(ask(http, "SELECT Id FROM Contact")) == 2
    assert code_of(hers.patch(f"/sobjects/Contact/{seen}", json={"Phone": "1"})) == (
        403,
        "INSUFFICIENT_ACCESS_OR_READONLY",
    )
    rights = f"SELECT RecordId, HasReadAccess, HasEditAccess FROM UserRecordAccess WHERE UserId = '{grace}'"
    answered = ask(http, f"{rights} AND RecordId IN ('{seen}', '{hidden}')")
    assert [(row["HasReadAccess"], row["HasEditAccess"]) for row in answered] == [(True, False), (False, False)]


def test_the_orgs_own_rules_refuse(sf: Salesforce, http: httpx.Client) -> None:
    sf.controls.add_validation("Contact", "Phone", "0.*", "Phone numbers start with a plus sign.")
    sf.controls.forbid_duplicates("Contact", "Email")
    contact = http.post("/sobjects/Contact", json=ADA).json()["id"]
    path = f"/sobjects/Contact/{contact}"
    assert code_of(http.patch(path, json={"Phone": "030 1"})) == (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION")
    assert code_of(http.post("/sobjects/Contact", json=ADA)) == (400, "DUPLICATES_DETECTED")
    insists = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}
    assert http.post("/sobjects/Contact", json=ADA, headers=insists).status_code == 201
    deal = {"Name": "Pilot", "StageName": "Dreaming", "CloseDate": "2026-12-24"}
    assert code_of(http.post("/sobjects/Opportunity", json=deal))[1] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    sf.controls.hold_lock(contact)
    assert code_of(http.patch(path, json={"Phone": "+1"})) == (400, "UNABLE_TO_LOCK_ROW")
    assert http.patch(path, json={"Phone": "+1"}).status_code == 204
    assert code_of(http.patch(path, json={"Name": "X"})) == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")


def test_merged_deleted_and_restored_records(sf: Salesforce, http: httpx.Client) -> None:
    winner, loser = sf.controls.load("Contact", [ADA, {"LastName": "Double"}])
    (task,) = sf.controls.load("Task", [{"Subject": "Call", "WhoId": loser}])
    sf.controls.merge("Contact", winner, [loser])
    gone = ask(http, f"SELECT IsDeleted, MasterRecordId FROM Contact WHERE Id = '{loser}'", "/queryAll")[0]
    assert (gone["IsDeleted"], gone["MasterRecordId"]) == (True, winner)
    assert ask(http, f"SELECT WhoId FROM Task WHERE Id = '{task}'")[0]["WhoId"] == winner
    assert http.delete(f"/sobjects/Contact/{winner}").status_code == 204
    assert code_of(http.patch(f"/sobjects/Contact/{winner}", json={"Phone": "1"})) == (404, "ENTITY_IS_DELETED")
    sf.controls.undelete("Contact", winner)
    assert http.get(f"/sobjects/Contact/{winner}").status_code == 200
    sf.controls.purge("Contact", loser)
    assert len(ask(http, "SELECT Id FROM Contact", "/queryAll")) == 1


def test_a_lead_becomes_an_account_a_contact_and_an_opportunity(
    sf: Salesforce, http: httpx.Client, address: str
) -> None:
    (lead,) = sf.controls.load("Lead", [ADA | {"Company": "Acme & Sons"}])
    envelope = f"""<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com">
      <e:Header><SessionHeader><sessionId>{sf.token()}</sessionId></SessionHeader></e:Header>
      <e:Body><convertLead><leadConverts><convertedStatus>Closed - Converted</convertedStatus>
      <doNotCreateOpportunity>false</doNotCreateOpportunity><leadId>{lead}</leadId></leadConverts></convertLead></e:Body>
    </e:Envelope>"""
    headers = {"SOAPAction": '""', "Content-Type": "text/xml"}
    answer = httpx.post(f"{address}/services/Soap/u/68.0", content=envelope, headers=headers)
    assert "<success>true</success>" in answer.text
    (contact,) = ask(http, "SELECT LastName, Account.Name FROM Contact")
    assert (contact["LastName"], contact["Account"]["Name"]) == ("Lovelace", "Acme & Sons")
    (row,) = ask(http, "SELECT IsConverted, ConvertedOpportunityId FROM Lead")
    assert row["IsConverted"] and ask(http, f"SELECT Id FROM Opportunity WHERE Id = '{row['ConvertedOpportunityId']}'")
    assert "lead is converted already" in httpx.post(answer.url, content=envelope, headers=headers).text


def test_a_bulk_job_takes_its_time(sf: Salesforce, http: httpx.Client) -> None:
    sf.controls.set_pages(bulk_polls=2)
    (contact,) = sf.controls.load("Contact", [ADA | {"Crmllm_Id__c": "a-1", "Phone": "1"}])
    wish = {"object": "Contact", "operation": "upsert", "externalIdFieldName": "Crmllm_Id__c", "lineEnding": "LF"}
    job = http.post("/jobs/ingest", json=wish).json()
    assert job["contentUrl"].endswith(f"/jobs/ingest/{job['id']}/batches")
    table = "Crmllm_Id__c,LastName,Phone\na-1,,#N/A\na-2,Two,2\n"
    path = f"/jobs/ingest/{job['id']}"
    assert http.put(f"{path}/batches", content=table, headers={"Content-Type": "text/csv"}).status_code == 201
    http.patch(path, json={"state": "UploadComplete"})
    assert [http.get(path).json()["state"] for _ in range(3)] == ["InProgress", "InProgress", "JobComplete"]
    lines = http.get(f"{path}/successfulResults/").text.splitlines()
    assert lines[1].startswith(f'"{contact}","false"') and '"true"' in lines[2]
    row = sf.controls.row("Contact", contact)
    assert row and (row["LastName"], row["Phone"]) == ("Lovelace", None)


def test_what_goes_wrong_on_order(sf: Salesforce, http: httpx.Client) -> None:
    for kind, status in (("expired", 401), ("limited", 403), ("throttled", 429), ("error_500", 500), ("html_502", 502)):
        sf.faults.plan(kind, method="GET", path="/limits")
        assert [http.get("/limits").status_code for _ in range(2)] == [status, 200]
    for kind, written in (("reset_before", 0), ("reset_after", 1)):
        sf.faults.plan(kind, method="POST", path="/sobjects/Contact")
        with pytest.raises(httpx.ReadError):
            http.post("/sobjects/Contact", json=ADA)
        assert len(sf.controls.ledger("Contact")) == written
    sf.faults.plan("hang", path="/limits")
    with pytest.raises(httpx.ReadTimeout):
        http.get("/limits", timeout=httpx.Timeout(30, read=1))
    assert sf.faults.left() == 0 and sf.app.count("POST", "/sobjects/Contact") == 2


def test_cursors_repeat_and_expire(sf: Salesforce, http: httpx.Client, address: str) -> None:
    sf.controls.load("Contact", [{"LastName": f"P{number}"} for number in range(6)])
    sf.controls.set_pages(size=2)
    first = http.get("/query", params={"q": "SELECT Id FROM Contact ORDER BY Id"}).json()
    following = httpx.URL(address).join(first["nextRecordsUrl"])
    sf.faults.plan("repeated_page", path="/query/")
    assert http.get(following).json() == first
    assert http.get(following).json()["records"] != first["records"]
    sf.faults.plan("expired_cursor", path="/query/")
    assert code_of(http.get(following)) == (400, "INVALID_QUERY_LOCATOR")
    sf.controls.expire_cursors()
    assert code_of(http.get(following)) == (400, "INVALID_QUERY_LOCATOR")


def test_the_days_pool_ends(sf: Salesforce, http: httpx.Client) -> None:
    sf.controls.set_limits(api_max=10, api_used=9)
    assert http.get("/limits").headers["Sforce-Limit-Info"] == "api-usage=10/10"
    assert code_of(http.get("/limits")) == (403, "REQUEST_LIMIT_EXCEEDED")


def test_a_random_day_is_the_same_for_the_same_seed(sf: Salesforce, http: httpx.Client) -> None:
    def day() -> list[int]:
        sf.faults.mix(0.3, ["error_500", "html_502"], seed=7)
        return [http.get("/limits").status_code for _ in range(40)]

    first = day()
    assert first == day() and {200, 500, 502} == set(first)


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("LastName = 'o''brien'", None),
        (r"LastName = 'O\'Brien'", ["O'Brien"]),
        ("LastName LIKE '%lace' AND (Phone = null OR Title != null)", ["Lovelace"]),
        ("Phone != '1'", ["Lovelace"]),
        ("NOT (LastName IN ('Lovelace'))", ["O'Brien"]),
        ("SystemModstamp >= 2026-11-22T09:00:00Z AND HasOptedOutOfEmail = false", ["Lovelace", "O'Brien"]),
        ("SystemModstamp > 2026-11-22T10:00:00.000+01:00", []),
        ("Birthdate < 1900-01-01", ["Lovelace"]),
        ("Birthdate < '1900-01-01'", None),
        ("Description = 'x'", None),
        ("LastName = 'x' AND Phone = '1' OR Title = null", None),
    ],
)
def test_conditions(sf: Salesforce, http: httpx.Client, where: str, found: list[str] | None) -> None:
    people = [ADA | {"Birthdate": "1815-12-10"}, {"LastName": "O'Brien", "Phone": "1"}]
    sf.controls.load("Contact", people, at="2026-11-22T09:00:00.000+0000")
    response = http.get("/query", params={"q": f"SELECT LastName FROM Contact WHERE {where} ORDER BY LastName LIMIT 9"})
    if found is None:
        assert code_of(response)[1] in ("MALFORMED_QUERY", "INVALID_FIELD")
    else:
        assert [row["LastName"] for row in response.json()["records"]] == found


def test_reading_by_stamp_and_id_misses_nothing_of_the_same_second(sf: Salesforce, http: httpx.Client) -> None:
    sf.controls.load("Contact", [{"LastName": f"P{number}"} for number in range(25)], at="2026-11-22T09:00:00.000+0000")
    sf.controls.load("Contact", [{"LastName": f"Q{number}"} for number in range(5)], at="2026-11-22T09:00:01.000+0000")
    seen: list[str] = []
    moment, last = "2026-11-22T08:00:00Z", "000000000000000AAA"
    for _ in range(4):
        where = f"SystemModstamp > {moment} OR (SystemModstamp = {moment} AND Id > '{last}')"
        rows = ask(http, f"SELECT Id, SystemModstamp FROM Contact WHERE {where} ORDER BY SystemModstamp, Id LIMIT 10")
        if rows:
            moment, last = rows[-1]["SystemModstamp"].replace("+0000", "Z"), rows[-1]["Id"]
        seen += [row["Id"] for row in rows]
    assert len(seen) == len(set(seen)) == 30


def test_outbound_messages_name_the_org_and_the_rows(sf: Salesforce) -> None:
    ids = sf.controls.load("Contact", [ADA])
    message = sf.controls.outbound_message("Contact", ids, ["LastName"])
    assert sf.org.id in message and f"<sf:Id>{ids[0]}</sf:Id><sf:LastName>Lovelace</sf:LastName>" in message
    forged = sf.controls.outbound_message("Contact", ids, organization="00D000000000666AAA")
    assert sf.org.id not in forged


def test_a_process_keeps_its_org_over_a_restart(tmp_path: Path) -> None:
    from crmllm.core.runtime.home import free_port

    port, state = free_port(), tmp_path / "org.state"
    form = {"grant_type": "client_credentials", "client_id": "crmllm", "client_secret": "made-up-secret"}
    with running("salesforce", port, state) as address, httpx.Client(base_url=address) as http:
        http.headers["Authorization"] = (
            f"Bearer {http.post('/services/oauth2/token', data=form).json()['access_token']}"
        )
        assert http.post(f"{DATA}/sobjects/Contact", json=ADA).status_code == 201
        http.post("/__control__/faults", json={"kind": "error_500", "path": "/limits"})
        assert http.get(f"{DATA}/limits").status_code == 500
        hide = {"what": "hide_field", "kind": "Contact", "name": "Phone"}
        assert http.post("/__control__/do", json=hide).status_code == 200
        assert [seen["status"] for seen in http.get("/__control__/log").json()][1:] == [201, 500]
    with running("salesforce", port, state) as address, httpx.Client(base_url=address, headers=http.headers) as again:
        contact = again.get(f"{DATA}/sobjects/Contact/003000000000001AAA").json()
        assert contact["LastName"] == "Lovelace" and "Phone" not in contact
