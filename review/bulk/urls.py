"""The doors of decisions about many."""

from django.urls import path

from review.bulk import views

app_name = "bulk"

urlpatterns = [
    path("", views.bulks, name="list"),
    path("of/<uuid:pk>/", views.prepare, name="prepare"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/run/", views.run, name="run"),
    path("<uuid:pk>/stop/", views.stop, name="stop"),
    path("items/<uuid:pk>/", views.judge, name="judge"),
]
