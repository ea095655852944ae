"""A pytest plugin, loaded before Django: tests have a CRMLLM_HOME of their own and nothing of the developer's settings.

Only the model files are those that `make setup` put into the real home: they are large and never change.
"""

import os

from crmllm.core.runtime.home import REPOSITORY, home

os.environ.setdefault("CRMLLM_MODELS", str(home().models))
for name in ("DATABASE_URL", "KEYS_DATABASE_URL", "LLM_BASE_URL", "LLM_MODEL", "DEBUG", "CRMLLM_ENV", "HTTPS"):
    os.environ.pop(name, None)
os.environ["CRMLLM_HOME"] = os.environ.get("CRMLLM_TEST_HOME", str(REPOSITORY / ".crmllm" / "test"))
os.environ["LLM_ASK"] = "always"  # tests say for themselves when a model is spared
os.environ["DJANGO_SETTINGS_MODULE"] = "crmllm.settings"
