"""The door of the page that converts a lead."""

from django.urls import path

from crmllm.connectors.conversion import views

app_name = "conversion"

urlpatterns = [path("<uuid:pk>/convert/", views.convert, name="convert")]
