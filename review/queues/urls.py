"""The doors of queues: the lists of work, and whose work an item is."""

from django.urls import path

from review.queues import views

app_name = "queues"

urlpatterns = [
    path("", views.queues, name="list"),
    path("add/", views.add, name="add"),
    path("views/", views.save_view, name="save-view"),
    path("<uuid:pk>/", views.edit, name="edit"),
    path("<uuid:pk>/delete/", views.delete, name="delete"),
    path("work/<uuid:pk>/", views.work, name="work"),
    path("work/<uuid:pk>/take/", views.take, name="take"),
    path("work/<uuid:pk>/give-back/", views.give_back, name="give-back"),
]
