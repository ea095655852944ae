"""Doors of the mailbox settings."""

from django.urls import path

from crmllm.ingestion.mailboxes import views

app_name = "mailboxes"

urlpatterns = [
    path("", views.mailboxes, name="list"),
    path("add/", views.add, name="add"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/edit/", views.edit, name="edit"),
    path("<uuid:pk>/test/", views.test, name="test"),
    path("<uuid:pk>/poll/", views.poll, name="poll"),
    path("<uuid:pk>/delete/", views.delete, name="delete"),
]
