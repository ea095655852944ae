"""The door for what CRMs tell us: open to strangers, so it believes nothing that is not signed."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from crmllm.connectors.choices import ConnectionState
from crmllm.connectors.engine.declared.events import Events
from crmllm.connectors.engine.signatures import Call
from crmllm.connectors.events import services
from crmllm.connectors.models import Connection
from crmllm.connectors.registry import declaration
from crmllm.core.address import client_address
from crmllm.core.errors import BadInput, Forbidden, NotFound, TooLarge, TooMany

MAX_BODY = 1_000_000
#: Refused calls from one address before it has to wait; a CRM that signs as it should never meets this.
MAX_REFUSED, REFUSED_FOR = 60, 600


@csrf_exempt
@login_not_required
@require_POST
def receive(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stores the events of one connection and answers at once; they are worked off later."""
    refused = f"hooks:refused:{client_address(request)}"
    if cache.get(refused, 0) >= MAX_REFUSED:
        raise TooMany("Too many calls from your network were refused. Please try again in ten minutes.")
    try:
        spec = _take(request, pk)
    except (BadInput, Forbidden, NotFound, TooLarge):
        cache.add(refused, 0, REFUSED_FOR)
        cache.incr(refused)
        raise
    return HttpResponse(spec.reply, content_type=spec.reply_type) if spec.reply else HttpResponse(status=204)


def _take(request: HttpRequest, pk: UUID) -> Events:
    body = request.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise TooLarge("Events come in bodies of at most a megabyte.")
    connection = Connection.objects.exclude(state=ConnectionState.REMOVED).filter(pk=pk).first()
    if connection is None:
        raise NotFound("There is no such connection.")
    # The public address, as the CRM called it: a proxy's Host header proves nothing.
    url = f"{settings.SITE_URL.rstrip('/')}{request.get_full_path()}"
    services.receive(connection=connection, call=Call(request.method or "", url, request.headers, body))
    spec = declaration(connection.connector).events
    assert spec is not None, "a CRM without events is not found"
    return spec
