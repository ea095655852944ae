"""Doors of the interaction pages."""

from django.urls import path

from crmllm.ingestion import views

app_name = "ingestion"

urlpatterns = [
    path("", views.interactions, name="list"),
    path("replay/", views.replay_many, name="replay-many"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/html/", views.as_laid_out, name="html"),
    path("<uuid:pk>/replay/", views.replay, name="replay"),
    path("<uuid:pk>/attachments/<uuid:file_pk>/", views.attachment, name="attachment"),
]
