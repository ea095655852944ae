"""What the canonical records hold about people. What a field in `custom` holds is said by crm.FieldDef.category."""

from crmllm.core.datamap import BASE, Category, declare

RECORD = f"{BASE} key_id owner team state version field_meta"

declare("crm.CrmUser", plain=f"{BASE} user team active", name=Category.STAFF, email=Category.STAFF)
declare("crm.Product", plain=f"{BASE} sku name family list_price currency active")
declare("crm.Competitor", plain=f"{BASE} name also_known_as active")
declare("crm.Pipeline", plain=f"{BASE} name")
declare("crm.Stage", plain=f"{BASE} pipeline name position probability forecast_category kind active")
declare("crm.ExchangeRate", plain=f"{BASE} currency day rate")
declare(
    "crm.FieldDef",
    plain=f"{BASE} object name label type choices target risk category writable required sealed custom hidden_from "
    "mapping position",
)
declare(
    "crm.Account",
    plain=f"{RECORD} industry employees country",
    name=Category.NAME,
    domains=Category.NAME,
    website=Category.NAME,
    phone=Category.CONTACT,
    phone_index=Category.CONTACT,
    address=Category.CONTACT,
    city=Category.CONTACT,
    custom=Category.CONTENT,
)
declare(
    "crm.Contact",
    plain=f"{RECORD} account language phone_consent email_consent marketing_consent",
    name=Category.NAME,
    title=Category.NAME,
    company=Category.NAME,
    email=Category.CONTACT,
    email_index=Category.CONTACT,
    phone=Category.CONTACT,
    phone_index=Category.CONTACT,
    address=Category.CONTACT,
    custom=Category.CONTENT,
)
declare(
    "crm.Lead",
    plain=f"{RECORD} country industry source status converted_contact phone_consent email_consent marketing_consent",
    name=Category.NAME,
    title=Category.NAME,
    website=Category.NAME,
    company=Category.NAME,
    email=Category.CONTACT,
    email_index=Category.CONTACT,
    phone=Category.CONTACT,
    phone_index=Category.CONTACT,
    summary=Category.CONTENT,
    custom=Category.CONTENT,
)
declare(
    "crm.Opportunity",
    plain=f"{RECORD} account contact stage forecast_category products competitors quantity amount currency base_amount "
    "close_date commitment lost_reason",
    name=Category.CONTENT,
    summary=Category.CONTENT,
    custom=Category.CONTENT,
)
declare("crm.OpportunityHistory", plain=f"{BASE} opportunity field value valid_from valid_to")
declare(
    "crm.Case",
    plain=f"{RECORD} account contact severity status",
    name=Category.CONTENT,
    summary=Category.CONTENT,
    custom=Category.CONTENT,
)
declare(
    "crm.Activity",
    plain=f"{RECORD} kind due side status happened_at account contact opportunity",
    name=Category.CONTENT,
    text=Category.CONTENT,
    custom=Category.CONTENT,
)
