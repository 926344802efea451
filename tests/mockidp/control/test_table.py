import base64
import contextlib
import io
import json
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
import pytest
import requests

from mockidp import MockIdp, cli
from mockidp.captured.captured_request import Captured
from mockidp.config_sources.config_files import load_config
from mockidp.control.table import OPERATIONS
from mockidp.reloading import Reloading

NOON: Final = 1_800_000_000
SERVICE: Final = {"client_id": "storefront-service", "client_secret": "storefront-service-secret"}
# What differs from one time to the next: names that are drawn by lot, and real times.
DRAWN: Final = frozenset({"kid", "x", "y", "jti", "access_token", "milliseconds", "number", "forgotten"})


@dataclass(frozen=True, kw_only=True)
class Case:
    """One operation in its three forms: what `python` gives, or `then`, is what the other two answer."""

    python: Callable[[MockIdp], Any]
    then: Callable[[MockIdp], Any] | None = None
    arguments: dict[str, Any] = field(default_factory=dict)
    command: list[str] = field(default_factory=list)
    before: Callable[[MockIdp], object] = lambda _: None


def clock_after(idp: MockIdp) -> dict[str, Any]:
    return {"now": idp.clock(), "frozen": idp.clock.frozen}


def pending_after(idp: MockIdp) -> dict[str, Any]:
    names = ("fault", "times", "realm", "client", "user", "endpoint", "token", "warning")
    return {"pending": [{name: getattr(order, name) for name in names} for order in idp.faults.pending]}


def keys_after(idp: MockIdp) -> dict[str, Any]:
    return {
        "realms": {
            realm: [
                {"kid": jwk["kid"], "algorithm": jwk["alg"], "phase": keys.phases[jwk["kid"]], "jwk": jwk}
                for jwk in keys.jwks()["keys"]
            ]
            for realm, keys in idp.keys.items()
        }
    }


def captured(request: Captured) -> dict[str, Any]:
    names = ("method", "path", "query", "headers", "form", "json", "cut", "client_id", "at")
    return {
        **{name: told(getattr(request, name)) for name in names},
        "body": base64.b64encode(request.body).decode(),
        "shown": str(request),
    }


def told(part: Any) -> Any:
    """The same with secrets as the texts that they are."""
    return tuple((name, str(value)) for name, value in part) if isinstance(part, tuple) else part


GRANT = {"grant_type": "client_credentials"}


def ask_for_a_token(idp: MockIdp) -> None:
    asked = requests.post(f"{idp.base_url}/oauth2-token", {"grant_type": "client_credentials", **SERVICE}, timeout=10)
    assert asked.status_code == 200


def minted(token: str) -> dict[str, Any]:
    claims = token.split(".")[1]
    said = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    return {"access_token": token, "token_type": "Bearer", "claims": said}


def shown_tokens(idp: MockIdp) -> dict[str, Any]:
    names = ("kind", "realm", "client", "subject", "at", "token", "header", "claims")
    return {"issued": [{name: getattr(token, name) for name in names} for token in idp.tokens]}


def authorize_url(idp: MockIdp) -> str:
    asked = {"response_type": "code", "client_id": "storefront-web", "state": "s"}
    return f"{idp.base_url}/oauth2-token/authorize?{urlencode(asked)}"


FILE: Final = Path(tempfile.gettempdir(), f"mockidp-{os.getpid()}.json")


def from_a_file(idp: MockIdp) -> None:
    """Its own configuration, written down, with one more setting."""
    settings = {"demo": False, **msgspec.to_builtins(idp.config), "session_lifetime": "2h"}
    FILE.write_bytes(msgspec.json.encode(settings))
    idp.provider.source = Reloading(str(FILE), idp.configure, lambda _: None)


def config_after(idp: MockIdp) -> dict[str, Any]:
    source = idp.provider.source
    about: dict[str, Any] = {"file": source.file if source else None, "problem": "", "stays": []}
    return {**about, "settings": msgspec.to_builtins(idp.config)}


CLERK: Final = {"username": "new", "password": "p", "name": "New Clerk"}
APP: Final = {"client_id": "app", "redirect_uris": ["http://127.0.0.1/a", "http://127.0.0.1/b"], "scope": "orders:read"}

CASES: Final[dict[str, Case]] = {
    "token": Case(
        arguments={"realm": "storefront", "scope": "orders:read", "expires_in": 90, "claims": {"roles": ["x"]}},
        command=["storefront", "--scope", "orders:read", "--expires-in", "90s", "--claim", 'roles=["x"]', "-o", "json"],
        python=lambda idp: minted(
            idp.token(
                "storefront",
                subject="customer@example.com",
                scope="orders:read",
                expires_in=90,
                claims={"roles": ["x"]},
            )
        ),
    ),
    "tokens": Case(before=ask_for_a_token, python=shown_tokens),
    "authorize": Case(
        arguments={"url": "{authorize}", "user": "buyer@example.com"},
        command=["{authorize}", "--user", "buyer@example.com"],
        python=lambda idp: {"url": idp.authorize(authorize_url(idp), user="buyer@example.com")},
    ),
    "env": Case(
        arguments={"client": "backoffice-cli"},
        command=["--client", "backoffice-cli", "--format", "json"],
        python=lambda idp: {"variables": idp.env(client="backoffice-cli")},
    ),
    "clock": Case(python=clock_after),
    "clock.freeze": Case(
        arguments={"at": NOON + 5000},
        command=[str(NOON + 5000)],
        python=lambda idp: idp.clock.freeze(at=NOON + 5000),
        then=clock_after,
    ),
    "clock.set": Case(
        arguments={"now": NOON + 5000},
        command=[str(NOON + 5000)],
        python=lambda idp: idp.clock.set(NOON + 5000),
        then=clock_after,
    ),
    "clock.advance": Case(
        arguments={"minutes": 10, "days": -1},
        command=["--minutes", "10", "--days", "-1"],
        python=lambda idp: idp.clock.advance(minutes=10, days=-1),
        then=clock_after,
    ),
    "clock.resume": Case(python=lambda idp: idp.clock.resume(), then=clock_after),
    "clock.reset": Case(python=lambda idp: idp.clock.reset(), then=clock_after),
    "faults": Case(before=lambda idp: idp.faults.next("drop", client="storefront-wep"), python=pending_after),
    "faults.catalogue": Case(
        python=lambda idp: {
            "faults": [
                {
                    "name": fault.name,
                    "kind": "token" if hasattr(fault, "tokens") else "endpoint",
                    "lies": fault.lies,
                    "verdict": fault.verdict,
                    "tokens": getattr(fault, "tokens", ()),
                    "endpoint": getattr(fault, "endpoint", None),
                    "usual": getattr(fault, "usual", None),
                    "at_least": getattr(fault, "at_least", 0),
                    "at_most": getattr(fault, "at_most", 0),
                }
                for fault in idp.faults.catalogue.values()
            ]
        }
    ),
    "faults.next": Case(
        arguments={"fault": "wrong-signature", "realm": "storefront", "client": "nobody", "times": 2},
        command=["wrong-signature", "--realm", "storefront", "--client", "nobody", "--times", "2"],
        python=lambda idp: idp.faults.next("wrong-signature", realm="storefront", client="nobody", times=2),
        then=pending_after,
    ),
    "faults.always": Case(
        arguments={"fault": "delay=0.5", "endpoint": "jwks"},
        command=["delay=0.5", "--endpoint", "jwks"],
        python=lambda idp: idp.faults.always("delay=0.5", endpoint="jwks"),
        then=pending_after,
    ),
    "faults.clear": Case(
        before=lambda idp: idp.faults.always("drop"), python=lambda idp: idp.faults.clear(), then=pending_after
    ),
    "keys": Case(before=lambda idp: idp.keys["storefront"].publish(), python=keys_after),
    "keys.publish": Case(
        arguments={"realm": "storefront"},
        command=["--realm", "storefront"],
        python=lambda idp: idp.keys["storefront"].publish(),
        then=keys_after,
    ),
    "keys.activate": Case(
        before=lambda idp: idp.keys["storefront"].publish(),
        arguments={"realm": "storefront"},
        command=["--realm", "storefront"],
        python=lambda idp: idp.keys["storefront"].activate(),
        then=keys_after,
    ),
    "keys.retire": Case(
        before=lambda idp: idp.keys["storefront"].rotate(),
        arguments={"realm": "storefront"},
        command=["--realm", "storefront"],
        python=lambda idp: idp.keys["storefront"].retire(),
        then=keys_after,
    ),
    "keys.revoke": Case(
        before=lambda idp: idp.keys["storefront"].publish(),
        arguments={"realm": "storefront"},
        command=["--realm", "storefront"],
        python=lambda idp: idp.keys["storefront"].revoke(),
        then=keys_after,
    ),
    "keys.rotate": Case(python=lambda idp: idp.keys.rotate(), then=keys_after),
    "keys.collide": Case(
        arguments={"realm": "backoffice"},
        command=["--realm", "backoffice"],
        python=lambda idp: idp.keys["backoffice"].collide(),
        then=keys_after,
    ),
    "keys.reset": Case(before=lambda idp: idp.keys.rotate(), python=lambda idp: idp.keys.reset(), then=keys_after),
    "requests": Case(
        before=ask_for_a_token, python=lambda idp: {"waiting": [captured(request) for request in idp.requests]}
    ),
    "requests.take": Case(
        before=ask_for_a_token,
        arguments={"timeout": 1},
        command=["--timeout", "1"],
        python=lambda idp: captured(idp.requests.take(timeout=1)),
    ),
    "requests.wait_for": Case(
        before=ask_for_a_token,
        arguments={"path": "/oauth2-token", "method": "POST", "form": GRANT},
        command=["--path", "/oauth2-token", "--method", "POST", "--form", json.dumps(GRANT)],
        python=lambda idp: captured(idp.requests.wait_for(path="/oauth2-token", method="POST", form=GRANT)),
    ),
    "requests.clear": Case(
        before=ask_for_a_token, python=lambda idp: idp.requests.clear(), then=lambda _: {"waiting": []}
    ),
    "users": Case(python=lambda idp: {"realms": dict(idp.users)}),
    "users.add": Case(
        arguments={"realm": "backoffice", **CLERK},
        command=["backoffice", "new", "--password", "p", "--name", "New Clerk"],
        python=lambda idp: idp.users.add("backoffice", **CLERK),
    ),
    "users.remove": Case(
        arguments={"realm": "backoffice", "username": "clerk"},
        command=["backoffice", "clerk"],
        python=lambda idp: idp.users.remove("backoffice", "clerk"),
    ),
    "clients": Case(python=lambda idp: {"realms": dict(idp.clients)}),
    "clients.add": Case(
        arguments={"realm": "storefront", **APP},
        command=[
            *("storefront", "app", "--scope", "orders:read"),
            *("--redirect-uris", "http://127.0.0.1/a", "--redirect-uris", "http://127.0.0.1/b"),
        ],
        python=lambda idp: idp.clients.add("storefront", **{**APP, "redirect_uris": tuple(APP["redirect_uris"])}),
    ),
    "clients.remove": Case(
        arguments={"realm": "storefront", "client_id": "storefront-tv"},
        command=["storefront", "storefront-tv"],
        python=lambda idp: idp.clients.remove("storefront", "storefront-tv"),
    ),
    "config": Case(python=config_after),
    "config.reload": Case(before=from_a_file, python=lambda idp: idp.configure(load_config(FILE)), then=config_after),
    "state": Case(before=ask_for_a_token, python=lambda idp: idp.state()),
    "reset": Case(
        before=lambda idp: idp.users.remove("backoffice", "clerk"),
        python=lambda idp: idp.reset(),
        then=lambda _: {"done": True},
    ),
}


@pytest.fixture(scope="module")
def running() -> Iterator[MockIdp]:
    config = msgspec.convert(
        {"realms": [{**msgspec.to_builtins(realm), "algorithm": "ES256"} for realm in MockIdp().config.realms]},
        type(MockIdp().config),
    )
    with MockIdp(config) as idp:
        yield idp


def in_python(idp: MockIdp, name: str, case: Case) -> Any:
    given = case.python(idp)
    return msgspec.to_builtins(case.then(idp) if case.then else given)


def over_http(idp: MockIdp, name: str, case: Case) -> Any:
    operation = OPERATIONS[name]
    arguments = {key: authorize_url(idp) if value == "{authorize}" else value for key, value in case.arguments.items()}
    query, body = (arguments, None) if operation.reads else (None, arguments)
    answer = requests.request(operation.method, idp.base_url + operation.path, params=query, json=body, timeout=20)
    assert answer.status_code == 200, answer.text
    return answer.json()


def on_the_command_line(idp: MockIdp, name: str, case: Case) -> Any:
    words = [word.replace("{authorize}", authorize_url(idp)) for word in case.command]
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        status = cli.main([*name.replace("_", "-").split("."), *words, "--at", idp.base_url])
    assert status == 0
    given = json.loads(said.getvalue())
    return {"variables": given} if name == "env" else given  # it prints variables, whatever they come in


FORMS: Final = {"python": in_python, "http": over_http, "command": on_the_command_line}


def everything(idp: MockIdp) -> Any:
    """All that an operation may have changed."""
    return {
        "state": msgspec.to_builtins(idp.state()),
        "users": msgspec.to_builtins(dict(idp.users)),
        "clients": msgspec.to_builtins(dict(idp.clients)),
        "waiting": [str(request) for request in idp.requests],
    }


def alike(said: Any, name: str = "") -> Any:
    """The same without what is drawn by lot, and real time as a word."""
    match said:
        case dict():
            return {key: alike(value, key) for key, value in said.items()}
        case list() | tuple():
            return [alike(value, name) for value in said]
        case str():
            return alike_text(said, name)
        case float() | int() if not isinstance(said, bool):
            return alike_number(said, name)
    return said


def alike_text(said: str, name: str) -> object:
    if name in DRAWN or re.fullmatch(r"ey[\w-]+\.[\w-]+\.[\w-]*", said):
        return "..."
    if "code=" in said:
        return [*urlsplit(said)[:3], *(pair for pair in parse_qsl(urlsplit(said).query) if pair[0] != "code")]
    # Who asks the pages over a socket and who asks them in process differ in their headers.
    return said.partition("\n")[0] if name in {"shown", "waiting"} else said


def alike_number(said: float, name: str) -> object:
    if name in DRAWN:
        return 0
    return "now" if abs(said - time.time()) < 60 else round(said, -2)


@pytest.mark.parametrize("name", CASES)
def test_an_operation_does_and_says_the_same_in_its_three_forms(running: MockIdp, name: str) -> None:
    case, told = CASES[name], {}
    for form, carry_out in FORMS.items():
        running.reset()
        running.clock.freeze(NOON)
        case.before(running)
        said = carry_out(running, name, case)
        told[form] = (alike(said), alike(everything(running)))
    assert told["http"] == told["python"]
    assert told["command"] == told["python"]


def test_every_operation_has_a_case() -> None:
    assert set(CASES) == set(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.name)
def test_an_operation_is_named_and_described_once(operation: Any) -> None:
    assert re.fullmatch(r"[a-z]+(\.[a-z_]+)?", operation.name)
    assert operation.says.endswith(".")
    assert set(operation.positional) <= set(operation.takes.__struct_fields__)
    assert operation.takes.__doc__
    assert operation.gives.__doc__
