"""Doors of the list of competitors."""

from django.urls import path

from crmllm.crm.competitors import views

app_name = "competitors"

urlpatterns = [
    path("", views.competitors, name="list"),
    path("add/", views.add, name="add"),
    path("<uuid:pk>/", views.edit, name="edit"),
    path("<uuid:pk>/delete/", views.delete, name="delete"),
]
