"""Settings > Prompts."""

from __future__ import annotations

from django.urls import path

from crmllm.llm import trial_views, views

app_name = "llm"
urlpatterns = [
    path("", views.prompts, name="prompts"),
    path("<slug:name>/compare/", views.compare, name="compare"),
    path("<slug:name>/<int:number>/", views.version, name="version"),
    path("<slug:name>/<int:number>/use/", views.use, name="use"),
    path("<slug:name>/<int:number>/write/", views.write, name="write"),
    path("<slug:name>/<int:number>/try/", trial_views.items, name="try"),
    path("<slug:name>/<int:number>/try/<uuid:pk>/", trial_views.ask, name="ask"),
]
