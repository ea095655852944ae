"""Doors of the web form settings."""

from django.urls import path

from crmllm.ingestion.webforms import views

app_name = "webforms"

urlpatterns = [
    path("", views.forms, name="list"),
    path("add/", views.add, name="add"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/edit/", views.edit, name="edit"),
    path("<uuid:pk>/secret/", views.rotate, name="rotate"),
    path("<uuid:pk>/active/", views.switch, name="switch"),
    path("<uuid:pk>/delete/", views.delete, name="delete"),
]
