"""The settings for `manage.py bench`: the same, and the applications that we are measured against."""

import tempfile

from crmllm.settings import *  # noqa: F403
from crmllm.settings import INSTALLED_APPS as OURS

INSTALLED_APPS = [*OURS, "django_mailbox"]
LLM_ASK = "always"  # the requests are what is measured
MEDIA_ROOT = tempfile.mkdtemp(prefix="crmllm-bench-")
