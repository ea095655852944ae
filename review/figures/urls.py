"""The Figures page."""

from django.urls import path

from review.figures import views

urlpatterns = [path("", views.figures, name="review-figures")]
