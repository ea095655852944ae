"""The application's settings, with the proofs' CRM beside the local one and a short wait before a lost lease ends."""

from crmllm.settings import *  # noqa: F403
from crmllm.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.support.http_crm"]
