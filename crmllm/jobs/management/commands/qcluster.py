"""`manage.py qcluster [-n llm]`: runs one job cluster until it is told to stop."""

import os
import sys

from django.core.management.base import BaseCommand, CommandParser

from crmllm.jobs.choices import Cluster


class Command(BaseCommand):
    help = "Runs a job cluster: `default`, or with -n llm (or Q_CLUSTER_NAME=llm) the one that talks to the model."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("-n", "--name", choices=Cluster.values, help="Which cluster; else Q_CLUSTER_NAME says it.")

    def handle(self, *args: object, name: str | None, **options: object) -> None:
        if name and name != os.environ.get("Q_CLUSTER_NAME", Cluster.DEFAULT):
            # django-q2 reads the variable while Django starts, so it has to be there from the beginning.
            os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | {"Q_CLUSTER_NAME": name})  # noqa: S606
        from crmllm.jobs import cluster

        sys.exit(cluster.run())
