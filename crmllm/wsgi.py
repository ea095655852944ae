"""WSGI entry point: `gunicorn crmllm.wsgi`."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import reverse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmllm.settings")

application = get_wsgi_application()

# Read once and before the workers are forked, not by whoever happens to call first.
reverse("healthz")

# What start-up made stays as long as the process does; going through it again and again makes single pages slow.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)
