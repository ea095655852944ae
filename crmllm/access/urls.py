"""The log-in door, one's own account, and the settings pages about people."""

from __future__ import annotations

from django.contrib.auth import views as auth
from django.urls import include, path

from crmllm.access import views

settings_pages = [
    path("", views.installation, name="index"),
    path("people/", views.people, name="people"),
    path("people/add/", views.add_person, name="people-add"),
    path("people/<uuid:pk>/", views.edit_person, name="people-detail"),
    path("people/<uuid:pk>/switch/", views.switch_person, name="people-switch"),
    path("people/<uuid:pk>/password/", views.set_password, name="people-password"),
    path("teams/", views.teams, name="teams"),
    path("teams/<uuid:pk>/", views.rename_team, name="teams-rename"),
    path("fields/", views.fields, name="fields"),
    path("fields/<slug:object_name>/", views.fields, name="fields-of"),
    path("tokens/", views.own_tokens, name="tokens"),
    path("tokens/new/", views.new_token, name="tokens-new"),
    path("tokens/<uuid:pk>/revoke/", views.revoke_token, name="tokens-revoke"),
]

urlpatterns = [
    path("login/", views.SignIn.as_view(), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("sso/", include("social_django.urls", namespace="social")),
    path("profile/", views.profile, name="profile"),
    path("profile/keys/", views.keys, name="keys"),
    path("profile/password/", views.ChangePassword.as_view(), name="password_change"),
    path("profile/password/done/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("settings/", include((settings_pages, "settings"))),
]
