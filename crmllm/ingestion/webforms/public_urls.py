"""The public doors of web forms."""

from django.urls import path

from crmllm.ingestion.webforms import public

app_name = "forms"

urlpatterns = [
    path("<str:public_id>/", public.form, name="form"),
    path("<str:public_id>/token/", public.token, name="token"),
    path("<str:public_id>/thanks/", public.thanks, name="thanks"),
]
