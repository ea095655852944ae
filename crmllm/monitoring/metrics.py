"""Figures in Prometheus' format, read from the database when they are asked for. Labels name stages, nobody."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from crmllm.connectors.selectors import by_state as connections_by_state
from crmllm.core.registry import gauges
from crmllm.jobs.selectors import queue_figures
from crmllm.monitoring import selectors


class Figures(Collector):
    """What an operator draws and sets alarms on."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        waiting = GaugeMetricFamily("crmllm_stage_waiting", "Items that wait or are worked on.", labels=["stage"])
        failed = GaugeMetricFamily("crmllm_stage_failed", "Items that failed for good.", labels=["stage"])
        age = GaugeMetricFamily("crmllm_stage_oldest_seconds", "Age of the oldest waiting item.", labels=["stage"])
        for stage, waits, fails, oldest in queue_figures():
            waiting.add_metric([stage], waits)
            failed.add_metric([stage], fails)
            age.add_metric([stage], oldest)
        yield from (waiting, failed, age)
        model = selectors.model_status().state == "ready"
        yield GaugeMetricFamily("crmllm_model_up", "1 when the model server answers.", value=float(model))
        down = GaugeMetricFamily("crmllm_connections", "Connected CRMs by state.", labels=["state"])
        for state, count in connections_by_state():
            down.add_metric([state], count)
        yield down
        for _name, told in gauges.items():
            for gauge in told():
                yield GaugeMetricFamily(gauge.name, gauge.help, value=gauge.value)
        late = selectors.unsealed_for().total_seconds()
        yield GaugeMetricFamily("crmllm_audit_unsealed_seconds", "Age of the oldest unsealed audit event.", value=late)


def exposition() -> bytes:
    """The text that a scraper reads."""
    registry = CollectorRegistry()
    registry.register(Figures())
    return bytes(generate_latest(registry))
