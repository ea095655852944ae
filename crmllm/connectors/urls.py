"""Doors of the connection settings."""

from django.urls import path

from crmllm.connectors import views
from crmllm.connectors.setup import object_views
from crmllm.connectors.setup import views as setup
from crmllm.connectors.sync import views as sync

app_name = "connectors"

urlpatterns = [
    path("", views.connections, name="list"),
    path("connect/", setup.choose, name="connect"),
    path("connect/<slug:key>/", setup.connect, name="connect-one"),
    path("callback/", setup.callback, name="callback"),
    path("<uuid:pk>/", views.connection, name="detail"),
    path("<uuid:pk>/pause/", views.pause, name="pause"),
    path("<uuid:pk>/edit/", setup.edit, name="edit"),
    path("<uuid:pk>/test/", setup.test, name="test"),
    path("<uuid:pk>/sign-in/", setup.sign_in, name="sign-in"),
    path("<uuid:pk>/trial/", setup.trial, name="trial"),
    path("<uuid:pk>/remove/", setup.remove, name="remove"),
    path("<uuid:pk>/objects/", object_views.object_list, name="objects"),
    path("<uuid:pk>/objects/<slug:name>/", object_views.fields, name="fields"),
    path("<uuid:pk>/objects/<slug:name>/discover/", object_views.discover, name="discover"),
    path("<uuid:pk>/objects/<slug:name>/take-over/", object_views.take_over, name="take-over"),
    path("<uuid:pk>/sync/", sync.sync, name="sync"),
    path("<uuid:pk>/sync/<slug:name>/", sync.stream, name="stream"),
    path("<uuid:pk>/sync/<slug:name>/pause/", sync.pause, name="stream-pause"),
    path("<uuid:pk>/sync/<slug:name>/read/", sync.read, name="stream-read"),
    path("<uuid:pk>/sync/<slug:name>/skipped/<uuid:skipped_id>/", sync.again, name="read-again"),
]
