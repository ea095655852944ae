"""Doors of the upload pages."""

from django.urls import path

from crmllm.ingestion.uploads import views

app_name = "uploads"

urlpatterns = [
    path("", views.upload, name="upload"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/cancel/", views.cancel, name="cancel"),
]
