"""Doors of the outbox pages."""

from django.urls import path

from crmllm.writeback import views

app_name = "writeback"

urlpatterns = [path("<uuid:pk>/", views.detail, name="detail")]
