"""WSGI entry point: `gunicorn crmllm.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmllm.settings")

application = get_wsgi_application()
