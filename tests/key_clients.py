"""Clients of key sets that are not ours, and what each makes of an endpoint that fails and of keys that change."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import jwt
from other_verifiers import AUDIENCE, LET_IN, NODE, NPM, Setting

from mockidp import MockIdp

PYJWT, JOSE = "PyJWKClient", "createRemoteJWKSet"
ANOTHER = "another error"
IMPATIENT = 0.3  # seconds that a client waits where it is to lose patience
LATE = 20  # seconds until what it waits for would come: whoever is stopped meanwhile must not find both

FIRST_FAULTS: Mapping[str, str] = {
    "jwks-down": "503",
    "drop": "no answer",
    "redirect": "a redirect",
    "html-500": "a web page, 500",
    "html-200": "a web page, 200",
    "empty": "nothing, 200",
    "malformed-json": "JSON cut off",
    "jwks-empty": "a set without keys",
    "wrong-content-type": "keys as `text/html`",
    "jwks-slow=0.1": "keys, late",
}


class KeyClient(Protocol):
    """Verifies a token with the client of this name, made when first named: "let in", or the name of the error."""

    def ask(self, name: str, token: str, *, timeout: float = 5, cooldown: float = 30) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OfPyJwt:
    """`jwt.PyJWKClient`."""

    setting: Setting
    clients: dict[str, jwt.PyJWKClient] = field(default_factory=dict)

    def ask(self, name: str, token: str, *, timeout: float = 5, cooldown: float = 30) -> str:
        made = jwt.PyJWKClient(self.setting.jwks_uri, timeout=timeout, cooldown_duration=cooldown)
        keys, expected = self.clients.setdefault(name, made), self.setting
        try:
            key = keys.get_signing_key_from_jwt(token)
            jwt.decode(token, key, algorithms=["RS256"], audience=expected.audience, issuer=expected.issuer)
        except jwt.PyJWTError as error:
            return type(error).__name__
        except ValueError:
            return ANOTHER
        return LET_IN


@dataclass(frozen=True, slots=True, kw_only=True)
class OfJose:
    """`createRemoteJWKSet` of jose, in a process of node."""

    setting: Setting
    process: "subprocess.Popen[str]"

    def ask(self, name: str, token: str, *, timeout: float = 5, cooldown: float = 30) -> str:
        options = {"timeoutDuration": int(timeout * 1000), "cooldownDuration": int(cooldown * 1000)}
        expected = {"issuer": self.setting.issuer, "audience": self.setting.audience}
        asked = {"name": name, "token": token, "options": options, "jwks_uri": self.setting.jwks_uri, **expected}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{json.dumps(asked)}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


@contextmanager
def client_of(name: str, setting: Setting) -> Iterator[KeyClient]:
    if name == PYJWT:
        yield OfPyJwt(setting=setting)
        return
    command = [str(NODE), "key_clients.js"]
    with subprocess.Popen(command, cwd=NPM, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield OfJose(setting=setting, process=process)


def column_of(name: str) -> dict[str, str]:
    """What a client makes of each row, in the words of the page."""
    with MockIdp() as idp:
        issuer = idp.issuer("storefront")
        setting = Setting(issuer=issuer, audience=AUDIENCE, jwks_uri=f"{issuer}/jwks")
        with client_of(name, setting) as client:
            met = {
                **{f"the first look: {row}": first_look(idp, client, fault) for fault, row in FIRST_FAULTS.items()},
                "the first look: keys, later than the client waits": impatient(idp, client),
                **dict(outage(idp, client)),
                **dict(rotation(idp, client)),
            }
    return {row: said if said in {LET_IN, ANOTHER} else f"`{said}`" for row, said in met.items()}


@contextmanager
def meeting(idp: MockIdp, fault: str) -> Iterator[None]:
    idp.faults.always(fault, realm="storefront", endpoint="jwks")
    yield
    idp.faults.clear()


def token(idp: MockIdp, **differs: Any) -> str:
    return idp.token("storefront", subject="somebody", **differs)


def first_look(idp: MockIdp, client: KeyClient, fault: str) -> str:
    with meeting(idp, fault):
        return client.ask(fault, token(idp))


def impatient(idp: MockIdp, client: KeyClient) -> str:
    with meeting(idp, f"jwks-slow={LATE}"):
        return client.ask("impatient", token(idp), timeout=IMPATIENT)


def outage(idp: MockIdp, client: KeyClient) -> Iterator[tuple[str, str]]:
    for name, cooldown in {"known": 30, "known, no cooldown": 0}.items():
        assert client.ask(name, token(idp), cooldown=cooldown) == LET_IN
    with meeting(idp, "jwks-down"):
        yield "503 once keys are known: a token of a known key", client.ask("known", token(idp))
        stranger = token(idp, fault="unknown-kid")
        yield "503 once keys are known: an unknown `kid`, within the cooldown", client.ask("known", stranger)
        said = client.ask("known, no cooldown", stranger)
        yield "503 once keys are known: an unknown `kid`, after it", said
        said = client.ask("known, no cooldown", token(idp))
        yield "503 once keys are known: a known key again", said


def rotation(idp: MockIdp, client: KeyClient) -> Iterator[tuple[str, str]]:
    old = token(idp)
    for name, cooldown in {"rotated": 30, "rotated, no cooldown": 0}.items():
        assert client.ask(name, old, cooldown=cooldown) == LET_IN
    idp.keys["storefront"].rotate()
    new = token(idp)
    yield "a new key: within the cooldown", client.ask("rotated", new)
    with meeting(idp, "jwks-stale"):
        yield "a new key: after it, while the set is stale", client.ask("rotated, no cooldown", new)
    yield "a new key: after it", client.ask("rotated, no cooldown", new)
    idp.keys["storefront"].retire()
    yield "a key that is published no more, while the set is cached", client.ask("rotated", old)
