"""The door for what CRMs tell us: open to strangers, so it believes nothing that is not signed."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from crmllm.connectors.engine.signatures import Call
from crmllm.connectors.events import services
from crmllm.connectors.models import Connection
from crmllm.core.errors import NotFound, TooLarge

MAX_BODY = 1_000_000


@csrf_exempt
@require_POST
def receive(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stores the events of one connection and answers at once; they are worked off later."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
        raise TooLarge("Events come in bodies of at most a megabyte.")
    connection = Connection.objects.filter(pk=pk).first()
    if connection is None:
        raise NotFound("There is no such connection.")
    # The public address, as the CRM called it: a proxy's Host header proves nothing.
    url = f"{settings.SITE_URL.rstrip('/')}{request.get_full_path()}"
    services.receive(connection=connection, call=Call(request.method or "", url, request.headers, request.body))
    return HttpResponse(status=204)
