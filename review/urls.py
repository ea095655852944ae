"""The doors of the review screen."""

from django.urls import path

from review import views

app_name = "review"

urlpatterns = [
    path("", views.queue, name="queue"),
    path("<uuid:pk>/", views.card, name="card"),
    path("<uuid:pk>/peek/", views.peek, name="peek"),
    path("<uuid:pk>/next/", views.following, name="following"),
    path("<uuid:pk>/by-hand/", views.by_hand, name="by-hand"),
    path("<uuid:pk>/replay/", views.replay, name="replay"),
    path("<uuid:pk>/approve-all/", views.approve_all, name="approve-all"),
    path("proposals/<uuid:pk>/approve/", views.approve, name="approve"),
    path("proposals/<uuid:pk>/edit/", views.edit, name="edit"),
    path("proposals/<uuid:pk>/reject/", views.reject, name="reject"),
    path("proposals/<uuid:pk>/skip/", views.skip, name="skip"),
    path("proposals/<uuid:pk>/undo/", views.undo, name="undo"),
    path("proposals/<uuid:pk>/link/", views.link, name="link"),
    path("proposals/<uuid:pk>/part/", views.part, name="part"),
]
