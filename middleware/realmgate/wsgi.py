"""The WSGI door: environs in, principals or refusals out. PEP 3333."""

from collections.abc import Callable, Iterable, Sequence
from functools import update_wrapper
from typing import Any, TypeAlias

from .challenge import TITLES, Refusal, bad_path, not_found
from .errors import ConfigurationError, Refused
from .flow import run
from .gate import GATE_KEY, PRINCIPAL_KEY, Gate
from .guard import PrefixedRealms, SingleRealm
from .guarded import GuardedRealm
from .incoming_wsgi import Environ, Incoming, decoded
from .oro_body import through_wsgi
from .paths import AmbiguousPath
from .plain_function import must_be_awaited
from .principal import Principal, anonymous
from .requirement import Demand, refusal_in

StartResponse: TypeAlias = Callable[..., Any]


def _check_blocking(guarded: GuardedRealm) -> None:
    """Refuse a realm that has to be waited for by others than this door can wait for."""
    realm = guarded.expected.realm
    for argument, function in (("deny_list", realm.deny_list), ("dpop", realm.dpop and realm.dpop.replays)):
        if must_be_awaited(function):
            raise ConfigurationError(
                f"Realm({realm.name!r}, {argument}=…): the WSGI door cannot await; give a plain function"
            )


class RealmGate(SingleRealm):
    """WSGI middleware that lets requests through to `app` with a token of one realm only, or of one of several.

    The principal is in ``environ["realmgate.principal"]``, its subject in ``REMOTE_USER``. The arguments are those of
    the ASGI door.
    """

    takes = 2
    check_realm = staticmethod(_check_blocking)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Guard one request."""
        gate = self.gate if self.choice is None else self.choice.gate_for(Incoming(environ))
        return _guard(gate, self.app, environ, start_response)


class RealmMap(PrefixedRealms):
    """WSGI middleware for an app that cannot be mounted anew: realms by path prefix, the longest one wins.

    The arguments and answers are those of the ASGI door.
    """

    takes = 2
    check_realm = staticmethod(_check_blocking)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Find the realm of one request and guard it."""
        path = decoded(environ, "PATH_INFO")
        form = {"method": environ.get("REQUEST_METHOD", "GET"), "accept": environ.get("HTTP_ACCEPT", "")}
        try:
            place = self.place_of({path, decoded(environ, "SCRIPT_NAME") + path})
        except AmbiguousPath:
            return _send_refusal(bad_path(**form), start_response)
        if place is not None:
            gate = place if isinstance(place, Gate) else place.gate_for(Incoming(environ))
            return _guard(gate, self.app, environ, start_response)
        if self.elsewhere == "open":
            return call_with_principal(self.app, environ, start_response, anonymous(), None)
        return _send_refusal(not_found(**form), start_response)


def requires(
    scopes: str | list[str] = "",
    *,
    roles: str | list[str] = "",
    acr: str | Sequence[str] | None = None,
    max_age: int | None = None,
) -> Callable[[Any], Any]:
    """Let only principals with certain scopes (and roles) reach a WSGI callable; the arguments are those of the other.

    For the views of a framework, ask `realmgate.refusal_for`.
    """
    demand = Demand.of(scopes, roles, acr, max_age)

    def decorate(app: Any) -> Any:
        def guarded(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            refusal = refusal_in(environ, Incoming(environ), demand)
            return app(environ, start_response) if refusal is None else _send_refusal(refusal, start_response)

        return update_wrapper(guarded, app, updated=())

    return decorate


def _guard(gate: Gate, app: Any, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    shown = environ.get("HTTP_AUTHORIZATION")
    found = None if shown is None else gate.recall(shown)
    if found is not None:
        return call_with_principal(app, environ, start_response, found.principal, gate)
    incoming = Incoming(environ)
    try:
        if gate.reads_bodies:
            seen, app = through_wsgi(app, environ)
            incoming = Incoming(seen)
        principal = gate.admit(incoming)
        if not isinstance(principal, Principal):
            principal = run(principal, gate.answers.give)
    except Refused as error:
        return _send_refusal(gate.refuse(error, incoming), start_response)
    if gate.hands_out_nonces:
        start_response = _with_headers(gate.parting_headers(incoming), start_response)
    return call_with_principal(app, environ, start_response, principal, gate)


def _with_headers(more: tuple[tuple[str, str], ...], start_response: StartResponse) -> StartResponse:
    def start_with_headers(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
        return start_response(status, [*headers, *more], *exc_info)

    return start_with_headers


def call_with_principal(
    app: Any, environ: Environ, start_response: StartResponse, principal: Principal, gate: Gate | None
) -> Iterable[bytes]:
    """Call the app behind with the principal, and without anything that others have written in its place."""
    environ[PRINCIPAL_KEY] = principal
    environ[GATE_KEY] = gate
    for name in ("REMOTE_USER", "AUTH_TYPE"):
        environ.pop(name, None)
    if principal.is_authenticated:
        # PEP 3333: text in an environ is bytes in the guise of latin-1.
        environ["REMOTE_USER"] = principal.subject.encode().decode("latin-1")
        environ["AUTH_TYPE"] = "Bearer" if gate is None or gate.realm.dpop is None else _scheme_of(principal)
    answer: Iterable[bytes] = app(environ, start_response)
    return answer


def _scheme_of(principal: Principal) -> str:
    """The scheme that the token came under, which for one that is bound to a key can only be one. RFC 3875 §4.1.1."""
    return "DPoP" if "jkt" in principal.claims.get("cnf", ()) else "Bearer"


def _send_refusal(refusal: Refusal, start_response: StartResponse) -> Iterable[bytes]:
    start_response(f"{refusal.status} {TITLES[refusal.status]}", list(refusal.headers))
    return [refusal.body] if refusal.body else []
