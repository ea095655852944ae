"""Doors of the record pages."""

from django.urls import path

from crmllm.crm import views

app_name = "crm"

urlpatterns = [
    path("", views.index, name="index"),
    path("<slug:object_name>/", views.records, name="list"),
    path("<slug:object_name>/<uuid:pk>/", views.detail, name="detail"),
    path("<slug:object_name>/<uuid:pk>/edit/", views.edit, name="edit"),
]
