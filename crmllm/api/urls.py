"""The doors of the API. Each package brings its views; here they get their names.

This module is part of the site's urls and, like them, names everyone.
"""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from crmllm.connectors.api import ConnectionViewSet, StreamViewSet, SyncRunViewSet
from crmllm.connectors.conversion.api import ConvertLead
from crmllm.crm.api import PLURALS, viewset_for
from crmllm.ingestion.api import InteractionViewSet
from crmllm.jobs.api import JobViewSet
from crmllm.proposals.api import ProposalViewSet
from crmllm.writeback.api import WritebackViewSet
from review.figures.api import ReviewFigures
from review.policies.api import PolicyViewSet
from review.rollback.api import RollbackViewSet

router = SimpleRouter()
router.register("interactions", InteractionViewSet, basename="api-interactions")
router.register("proposals", ProposalViewSet, basename="api-proposals")
router.register("writebacks", WritebackViewSet, basename="api-writebacks")
router.register("jobs", JobViewSet, basename="api-jobs")
router.register("connections", ConnectionViewSet, basename="api-connections")
router.register("streams", StreamViewSet, basename="api-streams")
router.register("sync-runs", SyncRunViewSet, basename="api-sync-runs")
router.register("policies", PolicyViewSet, basename="api-policies")
router.register("rollbacks", RollbackViewSet, basename="api-rollbacks")
for object_name, plural in PLURALS.items():
    router.register(plural, viewset_for(object_name), basename=f"api-{plural}")

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/leads/<uuid:pk>/convert/", ConvertLead.as_view(), name="api-leads-convert"),
    path("v1/review-figures/", ReviewFigures.as_view(), name="api-review-figures"),
    path("v1/", include(router.urls)),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
]
