"""Filters of the list of runs."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from crmllm.evaluation.choices import Subject
from crmllm.evaluation.models import EvaluationRun


class RunFilter(django_filters.FilterSet):  # type: ignore[misc]
    """By what was measured."""

    subject = django_filters.ChoiceFilter(choices=Subject.choices, label=_("Measured"))

    class Meta:
        model = EvaluationRun
        fields = ("subject",)
