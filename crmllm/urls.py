"""Every door of the site. Only this module and the settings may name everyone."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from crmllm.connectors.events.views import receive as receive_events
from crmllm.core.views import home, search

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("search/", search, name="search"),
    path("", include("crmllm.access.urls")),
    path("settings/mailboxes/", include("crmllm.ingestion.mailboxes.urls")),
    path("settings/competitors/", include("crmllm.crm.competitors.urls")),
    path("settings/forms/", include("crmllm.ingestion.webforms.urls")),
    path("forms/", include("crmllm.ingestion.webforms.public_urls")),
    path("interactions/upload/", include("crmllm.ingestion.uploads.urls")),
    path("api/", include("crmllm.api.urls")),
    path("settings/prompts/", include("crmllm.llm.urls")),
    path("settings/models/", include("crmllm.llm.model_urls")),
    path("jobs/", include("crmllm.jobs.urls")),
    path("quality/", include("crmllm.evaluation.urls")),
    path("notifications/", include("crmllm.notifications.urls")),
    path("", include("crmllm.monitoring.urls")),
    path("review/figures/", include("review.figures.urls")),
    path("review/guards/", include("review.looks.urls")),
    path("review/queues/", include("review.queues.urls")),
    path("review/bulk/", include("review.bulk.urls")),
    path("review/policies/", include("review.policies.urls")),
    path("review/rollbacks/", include("review.rollback.urls")),
    path("review/", include("review.urls")),
    path("interactions/", include("crmllm.ingestion.urls")),
    path("records/lead/", include("crmllm.connectors.conversion.urls")),
    path("records/", include("crmllm.crm.urls")),
    path("writebacks/", include("crmllm.writeback.urls")),
    path("settings/connections/", include("crmllm.connectors.urls")),
    path("hooks/<uuid:pk>/", receive_events, name="hooks"),
]

handler400 = "crmllm.core.middleware.handler400"
handler404 = "crmllm.core.middleware.handler404"
handler403 = "crmllm.core.middleware.handler403"
handler500 = "crmllm.core.middleware.handler500"
