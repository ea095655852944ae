"""The audit trail only grows: the database itself refuses to change or delete its rows."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION crmllm_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are never changed or deleted.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON core_auditevent
    FOR EACH ROW EXECUTE FUNCTION crmllm_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON core_auditlink
    FOR EACH ROW EXECUTE FUNCTION crmllm_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON core_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION crmllm_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON core_auditlink
    FOR EACH STATEMENT EXECUTE FUNCTION crmllm_append_only();
"""

BACKWARD = """
DROP TRIGGER no_truncate ON core_auditlink;
DROP TRIGGER no_truncate ON core_auditevent;
DROP TRIGGER append_only ON core_auditlink;
DROP TRIGGER append_only ON core_auditevent;
DROP FUNCTION crmllm_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
