"""A pytest plugin, loaded before Django: tests have a CRMLLM_HOME of their own and nothing of the developer's settings."""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

for name in ("DATABASE_URL", "KEYS_DATABASE_URL", "LLM_BASE_URL", "LLM_MODEL", "DEBUG", "CRMLLM_ENV", "HTTPS"):
    os.environ.pop(name, None)
os.environ["CRMLLM_HOME"] = os.environ.get("CRMLLM_TEST_HOME", str(REPOSITORY / ".crmllm" / "test"))
os.environ["DJANGO_SETTINGS_MODULE"] = "crmllm.settings"
