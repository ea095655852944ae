"""The form of a schedule. The service decides what is right."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ScheduleForm(forms.Form):
    """How often something runs by the clock."""

    minutes = forms.IntegerField(label=_("Every how many minutes"), min_value=1, max_value=7 * 24 * 60)
    on = forms.BooleanField(label=_("Switched on"), required=False)
