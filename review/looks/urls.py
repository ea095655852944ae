"""The page of blind looks, and the disagreements that a third person settles."""

from django.urls import path

from review.looks import views

app_name = "guards"

urlpatterns = [
    path("", views.index, name="index"),
    path("disagreements/<uuid:pk>/", views.disagreement, name="disagreement"),
]
