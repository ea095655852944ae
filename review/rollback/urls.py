"""The doors of roll-backs."""

from django.urls import path

from review.rollback import views

app_name = "rollback"

urlpatterns = [
    path("", views.rollbacks, name="list"),
    path("plan/", views.plan, name="plan"),
    path("<uuid:pk>/", views.rollback, name="rollback"),
    path("<uuid:pk>/start/", views.start, name="start"),
    path("<uuid:pk>/stop/", views.stop, name="stop"),
]
