"""Settings > Models."""

from __future__ import annotations

from django.urls import path

from crmllm.llm import model_views as views

app_name = "llm-models"
urlpatterns = [
    path("", views.versions, name="list"),
    path("back/", views.back, name="back"),
    path("<slug:name>/", views.version, name="version"),
    path("<slug:name>/use/", views.use, name="use"),
]
