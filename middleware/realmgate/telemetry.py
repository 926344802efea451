"""Decisions as OpenTelemetry counters and spans, where somebody asks for them. Needs ``realmgate[otel]``."""

import time
from typing import Final

try:
    from opentelemetry import metrics, trace
except ImportError as error:
    raise ImportError("realmgate.telemetry needs OpenTelemetry: pip install 'realmgate[otel]'") from error

from .decision import Decision, Outcome

NAME: Final = "realmgate"
# Seconds: from a remembered token, in microseconds, to a first one that waits for keys.
BUCKETS: Final = (0.00001, 0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.01, 0.1, 1.0, 10.0)


class Telemetry:
    """A listener for `on_decision` that counts, measures and traces.

    * ``realmgate.decisions`` counts, by realm, outcome and reason.
    * ``realmgate.decision.duration`` measures seconds, by realm, outcome and whether the token was remembered.
    * A span ``realmgate.decide`` lies within the span of the request, if there is one, and also names issuer and kid.

    The labels of what is counted are bounded: realms are configured, and outcomes and reasons are closed sets.
    """

    def __init__(
        self,
        *,
        meter_provider: metrics.MeterProvider | None = None,
        tracer_provider: trace.TracerProvider | None = None,
    ) -> None:
        """Use the given providers, or the ones the program has set."""
        meter = metrics.get_meter(NAME, meter_provider=meter_provider)
        self._decisions = meter.create_counter(
            "realmgate.decisions", unit="{decision}", description="Decisions of the gates"
        )
        self._duration = meter.create_histogram(
            "realmgate.decision.duration",
            unit="s",
            description="How long a gate took to decide",
            explicit_bucket_boundaries_advisory=list(BUCKETS),
        )
        self._tracer = trace.get_tracer(NAME, tracer_provider=tracer_provider)

    def __call__(self, decision: Decision) -> None:
        """Count, measure and trace one decision."""
        where = {"realmgate.realm": decision.realm, "realmgate.outcome": str(decision.outcome)}
        self._decisions.add(1, {**where, "realmgate.reason": str(decision.reason or "")})
        self._duration.record(decision.duration, {**where, "realmgate.remembered": decision.remembered})
        self._trace(decision)

    def _trace(self, decision: Decision) -> None:
        """The span is made when all is over, so it tells when that began."""
        end = time.time_ns()
        span = self._tracer.start_span(
            "realmgate.decide", start_time=end - int(decision.duration * 1e9), attributes=_attributes(decision)
        )
        if decision.outcome is Outcome.UNAVAILABLE:
            span.set_status(trace.StatusCode.ERROR, str(decision.reason))
        span.end(end)


def _attributes(decision: Decision) -> dict[str, str | bool]:
    texts = {
        "realmgate.realm": decision.realm,
        "realmgate.outcome": decision.outcome,
        "realmgate.reason": decision.reason,
        "realmgate.issuer": decision.issuer,
        "realmgate.kid": decision.kid,
    }
    said = {name: str(text) for name, text in texts.items() if text is not None}
    return {**said, "realmgate.remembered": decision.remembered}
