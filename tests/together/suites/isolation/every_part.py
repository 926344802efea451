"""A generated suite: each test uses all that a provider has, in an order of its own, and finds nothing of another's.

`SUITE_TESTS` says how many there are.
"""

import os
import random
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import guarded
import jwt
import pytest
import requests
from starlette.testclient import TestClient

from mockidp import MockIdp
from mockidp.settings.realm import Algorithm

TESTS = int(os.environ.get("SUITE_TESTS", "60"))
SERVICE = ("storefront-service", "storefront-service-secret")
WEB = ("storefront-web", "storefront-web-secret")
PEOPLE = ("customer@example.com", "buyer@example.com")
FAULTS = ("expired", "wrong-signature", "wrong-audience", "other-realm", "alg-none", "unknown-kid")
ALGORITHMS: tuple[Algorithm, ...] = ("ES256", "EdDSA", "ES256", "RS256")  # the last one takes its time
CONSTANT: dict[str, object] = {}  # what must be the same in every test of this process
EACH = pytest.mark.parametrize("number", range(TESTS))

Ask = Callable[[str], int]


def post(idp: MockIdp, auth: tuple[str, str] = SERVICE, **form: str) -> dict[str, Any]:
    answer = requests.post(
        f"{idp.base_url}/oauth2-token", {"grant_type": "client_credentials", **form}, auth=auth, timeout=30
    )
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def kids(idp: MockIdp) -> list[str]:
    keys = requests.get(f"{idp.issuer('storefront')}/jwks", timeout=30).json()["keys"]
    return [key["kid"] for key in keys]


def asking(idp: MockIdp) -> Ask:
    """Asks a new gate that goes by the provider's clock, and gives the status; an old one may wait with new keys."""
    client = TestClient(guarded.create_app(idp.clock))
    return lambda token: client.get("/storefront/me", headers={"Authorization": f"Bearer {token}"}).status_code


def people(idp: MockIdp, chance: random.Random) -> None:
    """Somebody logs in through sockets, and the code works once."""
    new = f"{chance.randrange(1000)}@example.com"
    idp.users.add("storefront", username=new, password="new")
    who = chance.choice([*PEOPLE, new])
    query = "response_type=code&client_id=storefront-web&scope=openid orders:read"
    back = idp.authorize(f"{idp.base_url}/oauth2-token/authorize?{query}", user=who)
    [code] = parse_qs(urlsplit(back).query)["code"]
    tokens = post(idp, WEB, grant_type="authorization_code", code=code)
    said = jwt.decode(tokens["id_token"], options={"verify_signature": False})
    assert (said["sub"], said["iss"]) == (who, guarded.ISSUERS["storefront"])
    again = {"grant_type": "authorization_code", "code": code}
    assert requests.post(f"{idp.base_url}/oauth2-token", again, auth=WEB, timeout=30).status_code == 400


def clock(idp: MockIdp, chance: random.Random) -> None:
    """Time passes here and nowhere else."""
    ask, lifetime = asking(idp), chance.randrange(60, 3600)
    token = idp.token("storefront", subject="x", expires_in=lifetime)
    idp.clock.freeze()
    assert ask(token) == 200
    idp.clock.advance(seconds=lifetime + 1)
    assert ask(token) == 401
    idp.clock.reset()


def faults(idp: MockIdp, chance: random.Random) -> None:
    """The next token lies, and no other."""
    ask, good = asking(idp), post(idp)["access_token"]
    idp.faults.next(chance.choice(FAULTS), client=SERVICE[0])
    statuses = [ask(token) for token in (good, post(idp)["access_token"], post(idp)["access_token"])]
    assert statuses == [200, 401, 200]


def keys(idp: MockIdp, chance: random.Random) -> None:
    """Keys come and go, and the first one is the same in every test."""
    before = kids(idp)
    idp.keys["storefront"].rotate(chance.choice(ALGORITHMS))
    token = idp.token("storefront", subject="y")
    assert jwt.get_unverified_header(token)["kid"] not in before
    assert asking(idp)(token) == 200


def at_first(idp: MockIdp) -> None:
    """Nothing is left of the test before, whichever that was."""
    assert not idp.clock.frozen
    assert abs(idp.clock() - time.time()) < 60
    assert idp.faults.pending == ()
    assert len(idp.requests) == 0
    assert {user.username for user in idp.users["storefront"]} == set(PEOPLE)
    assert [client.client_id for client in idp.clients["storefront"]].count("robot") == 0
    assert post(idp)["expires_in"] == 3600
    [kid] = kids(idp)
    now = {"address": idp.base_url, "issuers": guarded.ISSUERS, "kid": kid}
    assert CONSTANT.setdefault("seen", now) == now


def an_app_that_was_built_at_import(idp: MockIdp) -> None:
    token = idp.token("backoffice", subject="admin")
    with TestClient(guarded.app) as client:
        assert client.get("/backoffice/me", headers={"Authorization": f"Bearer {token}"}).text == "admin"
        assert client.get("/storefront/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401


@EACH
def test_everything(number: int, mock_idp: MockIdp) -> None:
    chance = random.Random(number)  # noqa: S311  # the same order in every run
    at_first(mock_idp)
    an_app_that_was_built_at_import(mock_idp)
    parts = [people, clock, faults, keys]
    for part in chance.sample(parts, k=len(parts)):
        part(mock_idp, chance)
    # Left as it is: what comes next must not notice.
    mock_idp.clock.freeze(number)
    mock_idp.faults.always("status=503")
    mock_idp.keys[chance.choice(list(mock_idp.keys))].rotate("EdDSA")


@pytest.mark.mockidp(
    access_token_lifetime="7s",
    fault="missing-sub",
    frozen=True,
    users={"realm": "storefront", "username": "ann", "password": "ann"},
    clients={"realm": "storefront", "client_id": "robot", "client_secret": "r", "grant_types": ["client_credentials"]},
)
@EACH
def test_what_a_marker_says(number: int, mock_idp: MockIdp) -> None:
    ask = asking(mock_idp)
    first, second = post(mock_idp, ("robot", "r")), post(mock_idp, ("robot", "r"))
    assert (first["expires_in"], second["expires_in"]) == (7, 7)
    assert [ask(one["access_token"]) for one in (first, second)] == [401, 200]
    mock_idp.clock.advance(seconds=7)
    assert ask(second["access_token"]) == 401


if os.environ.get("SUITE_EMPTY"):

    @EACH
    def test_nothing(number: int) -> None:
        """What a test costs anyway."""

    @EACH
    def test_the_fixture_alone(number: int, mock_idp: MockIdp) -> None:
        """What the fixture costs more."""
