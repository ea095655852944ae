"""Doors of the connection settings."""

from django.urls import path

from crmllm.connectors import views

app_name = "connectors"

urlpatterns = [
    path("", views.connections, name="list"),
    path("<uuid:pk>/", views.connection, name="detail"),
    path("<uuid:pk>/pause/", views.pause, name="pause"),
]
