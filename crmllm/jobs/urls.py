"""Doors of the Jobs page."""

from django.urls import path

from crmllm.jobs import views

app_name = "jobs"

urlpatterns = [
    path("", views.jobs, name="index"),
    path("runs/<uuid:pk>/", views.run, name="run"),
    path("runs/<uuid:pk>/cancel/", views.cancel, name="cancel"),
    path("runs/<uuid:pk>/retry/", views.retry, name="retry"),
    path("start/<slug:name>/", views.start, name="start"),
    path("retry-failed/", views.retry_failed, name="retry-failed"),
    path("stages/<slug:stage>/resume/", views.resume, name="resume"),
    path("stages/<slug:stage>/items/<uuid:pk>/retry/", views.retry_item, name="retry-item"),
    path("stages/<slug:stage>/items/<uuid:pk>/cancel/", views.cancel_item, name="cancel-item"),
    path("schedules/", views.schedules, name="schedules"),
    path("schedules/<slug:name>/", views.edit_schedule, name="schedule"),
]
