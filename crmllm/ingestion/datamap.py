"""What comes in, and what it holds about people. The ledger tells steps and reasons, nothing of the content."""

from crmllm.core.datamap import BASE, WORK, Category, declare

declare(
    "ingestion.Mailbox",
    plain=f"{BASE} {WORK} name host port tls key_id folder active owner team uid_validity last_uid last_polled_at",
    username=Category.STAFF,
    password=Category.SECRET,
)
declare(
    "ingestion.Interaction",
    plain=f"{BASE} {WORK} kind status origin mailbox key_id occurred_at reason_code reason warnings open_proposals "
    "generation insisted urgency risk due_at owner team claimed_by claimed_until",
    fingerprint=Category.DERIVED,
    message_index=Category.DERIVED,
    thread=Category.DERIVED,
    sender_name=Category.NAME,
    sender_index=Category.CONTACT,
    subject=Category.CONTENT,
    content=Category.CONTENT,
    category=Category.DERIVED,
    sentiment=Category.DERIVED,
)
declare(
    "ingestion.InteractionSource",
    plain="interaction size reader",
    blob=Category.CONTENT,
    filename=Category.CONTENT,
)
declare(
    "ingestion.Attachment",
    plain=f"{BASE} interaction content_type size refused",
    filename=Category.CONTENT,
    blob=Category.CONTENT,
)
declare("ingestion.LedgerEntry", plain=f"{BASE} interaction step code sentence generation")
declare("ingestion.Refused", plain=f"{BASE} origin key_id reason actor_id upload", name=Category.CONTENT)
declare(
    "ingestion.Upload",
    plain=f"{BASE} key_id size kind state user run spooled file_number entry_number new known refused skipped failed",
    name=Category.CONTENT,
)
declare(
    "ingestion.WebForm",
    plain=f"{BASE} name public_id origins fields thanks key_id active hourly_limit owner team",
    secret=Category.SECRET,
)
declare(
    "ingestion.WebFormEntry",
    plain=f"{BASE} form interaction verdict",
    signature_index=Category.DERIVED,
    body_index=Category.DERIVED,
    address_index=Category.CONTACT,
)
