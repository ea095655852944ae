"""The doors of policies."""

from django.urls import path

from review.policies import views

app_name = "policies"

urlpatterns = [
    path("", views.policies, name="list"),
    path("new/", views.new, name="new"),
    path("<uuid:pk>/", views.policy, name="policy"),
    path("<uuid:pk>/move/", views.move, name="move"),
]
