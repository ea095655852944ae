"""Quality: the figures of daily work, and the history of evaluations."""

from __future__ import annotations

from django.urls import path

from crmllm.evaluation import views

app_name = "evaluation"
urlpatterns = [
    path("", views.daily, name="quality"),
    path("runs/", views.runs, name="runs"),
    path("runs/<uuid:pk>/", views.run, name="run"),
]
