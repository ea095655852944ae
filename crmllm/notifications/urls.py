"""Doors of the notifications."""

from django.urls import path

from crmllm.notifications import views

app_name = "notifications"

urlpatterns = [
    path("", views.notifications, name="list"),
    path("read/", views.read_all, name="read"),
    path("choose/", views.choose, name="choose"),
    path("<uuid:pk>/", views.follow, name="open"),
]
