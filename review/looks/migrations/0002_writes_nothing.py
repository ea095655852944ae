"""While a blind look is decided, the database itself refuses a new row of the outbox."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION crmllm_looks_write_nothing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('crmllm.looking', true), '') = 'on' THEN
        RAISE EXCEPTION 'A blind look writes nothing.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER looks_write_nothing BEFORE INSERT OR UPDATE ON writeback_writeback
    FOR EACH ROW EXECUTE FUNCTION crmllm_looks_write_nothing();
"""

BACKWARD = """
DROP TRIGGER looks_write_nothing ON writeback_writeback;
DROP FUNCTION crmllm_looks_write_nothing();
"""


class Migration(migrations.Migration):
    dependencies = [("looks", "0001_initial"), ("writeback", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
