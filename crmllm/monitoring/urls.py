"""Doors for load balancers, Prometheus and the banner. Without slashes at the end, as probes expect them."""

from django.urls import path

from crmllm.monitoring import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("model-status/", views.model_status, name="model-status"),
]
