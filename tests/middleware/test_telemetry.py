"""Decisions as OpenTelemetry sees them, with its own SDK keeping them in memory."""

import asyncio
import subprocess
import sys
from typing import Any

import pytest
from both_doors import AUDIENCE, ISSUER, JWKS, NOW, asgi_app, ask_asgi, ask_wsgi, mint, wsgi_app
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from realmgate import Realm, RealmGate, Realms, wsgi
from realmgate.reasons import Reason
from realmgate.telemetry import Telemetry


class Observatory:
    """Providers that keep everything in memory."""

    def __init__(self) -> None:
        self.reader = InMemoryMetricReader()
        self.exporter = InMemorySpanExporter()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))
        meters = MeterProvider([self.reader])
        self.telemetry = Telemetry(meter_provider=meters, tracer_provider=self.tracers)

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self.exporter.get_finished_spans()

    def points(self, name: str) -> list[Any]:
        data = self.reader.get_metrics_data()
        assert data is not None
        metrics = [metric for each in data.resource_metrics for scope in each.scope_metrics for metric in scope.metrics]
        return [point for metric in metrics if metric.name == name for point in metric.data.data_points]

    def counted(self) -> dict[tuple[Any, ...], int]:
        labels = ("realmgate.realm", "realmgate.outcome", "realmgate.reason")
        return {
            tuple(point.attributes[label] for label in labels): point.value
            for point in self.points("realmgate.decisions")
        }


@pytest.fixture
def observatory() -> Observatory:
    return Observatory()


def ask(gate: Any, *authorization: str) -> int:
    sent = [("authorization", value) for value in authorization]
    if isinstance(gate, wsgi.RealmGate):
        return ask_wsgi(gate, sent).status
    return asyncio.run(ask_asgi(gate, sent)).status


@pytest.mark.parametrize("door", [RealmGate, wsgi.RealmGate], ids=["asgi", "wsgi"])
def test_admissions_and_refusals_are_counted_by_realm_outcome_and_reason(
    observatory: Observatory, shop: Realms, door: Any
) -> None:
    app = asgi_app if door is RealmGate else wsgi_app
    gate = door(app, realm=shop["storefront"], clock=lambda: NOW, on_decision=observatory.telemetry)
    for _ in range(3):
        assert ask(gate, f"Bearer {mint()}") == 200
    assert ask(gate) == 401
    assert ask(gate, f"Bearer {mint(exp=int(NOW))}") == 401
    assert observatory.counted() == {
        ("storefront", "admitted", ""): 3,
        ("storefront", "refused", "no credentials"): 1,
        ("storefront", "refused", "expired"): 1,
    }


def test_nothing_that_a_caller_chooses_becomes_a_label(observatory: Observatory, shop: Realms) -> None:
    gate = RealmGate(asgi_app, realm=shop["storefront"], clock=lambda: NOW, on_decision=observatory.telemetry)
    for number in range(200):
        ask(gate, f"Bearer {mint(sub=f'caller-{number}', client_id=f'c{number}', header={'kid': f'kid-{number}'})}")
        ask(gate, f"Bearer {mint(iss=f'https://{number}.example', jti=str(number))}")
    counted = observatory.counted()
    assert len(counted) == 2
    assert sum(counted.values()) == 400
    reasons = {str(reason) for reason in Reason}
    assert {reason for _, _, reason in counted} <= reasons
    assert "caller-" not in str(observatory.points("realmgate.decisions"))
    kids = {(span.attributes or {}).get("realmgate.kid") for span in observatory.spans}
    assert kids <= {None, "key-RS256"}


def test_the_duration_is_measured_apart_for_remembered_tokens(observatory: Observatory, shop: Realms) -> None:
    gate = RealmGate(asgi_app, realm=shop["storefront"], clock=lambda: NOW, on_decision=observatory.telemetry)
    for _ in range(5):
        ask(gate, f"Bearer {mint()}")
    points = observatory.points("realmgate.decision.duration")
    assert {point.attributes["realmgate.remembered"]: point.count for point in points} == {False: 1, True: 4}
    assert all(0 < point.sum < 5 for point in points)


def test_a_span_lies_within_that_of_the_request(observatory: Observatory, shop: Realms) -> None:
    gate = RealmGate(asgi_app, realm=shop["storefront"], clock=lambda: NOW, on_decision=observatory.telemetry)
    with observatory.tracers.get_tracer("server").start_as_current_span("GET /api/orders") as request:
        ask(gate, f"Bearer {mint()}")
    span, _ = observatory.spans
    assert span.name == "realmgate.decide"
    assert span.parent is not None
    assert span.parent.span_id == request.get_span_context().span_id
    assert span.attributes == {
        "realmgate.realm": "storefront",
        "realmgate.outcome": "admitted",
        "realmgate.issuer": ISSUER,
        "realmgate.kid": "key-RS256",
        "realmgate.remembered": False,
    }
    assert span.start_time is not None
    assert span.end_time is not None
    assert 0 < span.end_time - span.start_time < 5e9
    assert span.status.status_code is StatusCode.UNSET


def test_only_an_outage_is_an_error(observatory: Observatory) -> None:
    def no_keys() -> Any:
        raise OSError

    for keys, code in ((no_keys, StatusCode.ERROR), (JWKS, StatusCode.UNSET)):
        realms = Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=keys))
        gate = RealmGate(asgi_app, realm=realms["storefront"], on_decision=observatory.telemetry)
        ask(gate, f"Bearer {mint(exp=int(NOW) - 10**9)}")
        assert observatory.spans[-1].status.status_code is code


def test_without_the_api_the_error_names_the_cure() -> None:
    code = "import sys; sys.modules['opentelemetry'] = None; import realmgate; import realmgate.telemetry"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "pip install 'realmgate[otel]'" in run.stderr


def test_the_core_never_loads_it() -> None:
    code = "import sys, realmgate, realmgate.wsgi; sys.exit('opentelemetry' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
