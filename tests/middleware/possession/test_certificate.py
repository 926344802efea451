"""Tokens that are bound to a client certificate, which a trusted proxy passes on in a header. RFC 8705, RFC 9440."""

import asyncio
import base64
import hashlib
import logging
import urllib.parse
from typing import Any

import pytest
from both_doors import AUDIENCE, ISSUER, JWKS, Doors, ask_asgi, ask_wsgi, mint
from certificates import Certified, certified
from proofs import ES256, b64url, bound_doors

from realmgate import ConfigurationError, DPoP, Realm

MINE, ANOTHER = certified("mine"), certified("another")


def escaped(one: Certified) -> str:
    """As nginx does it in `$ssl_client_escaped_cert`."""
    return urllib.parse.quote(one.pem, safe="")


def structured(one: Certified) -> str:
    """As RFC 9440 wants it."""
    return f":{base64.b64encode(one.der).decode()}:"


X5T = b64url(hashlib.sha256(MINE.der).digest())
BOUND = mint(cnf={"x5t#S256": X5T})
HEADER = "x-client-cert"


@pytest.fixture
def doors() -> Doors:
    return bound_doors(certificate_header=HEADER)


def show(doors: Doors, *certificates: str, token: str = BOUND) -> int:
    return doors.bearer(token, headers=[(HEADER, value) for value in certificates]).status


def reason(doors: Doors, caplog: pytest.LogCaptureFixture, *certificates: str, token: str = BOUND) -> str:
    caplog.clear()
    with caplog.at_level(logging.INFO, "realmgate"):
        assert show(doors, *certificates, token=token) == 401
    (told,) = {record.getMessage() for record in caplog.records if record.name == "realmgate"}
    return told.removeprefix("refused at realm storefront: ")


def test_a_stolen_token_is_of_no_use_without_the_certificate(doors: Doors, caplog: pytest.LogCaptureFixture) -> None:
    assert reason(doors, caplog) == "no client certificate"
    assert reason(doors, caplog, "") == "no client certificate"
    assert show(doors, escaped(MINE)) == 200
    assert reason(doors, caplog) == "no client certificate"
    assert reason(doors, caplog, escaped(ANOTHER)) == "another client certificate"


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(escaped, id="nginx"),
        pytest.param(structured, id="RFC 9440"),
        pytest.param(lambda one: structured(one).rstrip("=:") + ":", id="RFC 9440 without padding"),
        pytest.param(lambda one: urllib.parse.quote(one.pem, safe="+=/"), id="AWS"),
        pytest.param(lambda one: urllib.parse.quote(one.pem.replace("\n", "\r\n")), id="other ends of lines"),
        pytest.param(lambda one: one.pem.replace("\n", " "), id="spaces for ends of lines"),
        pytest.param(lambda one: f" {escaped(one)}\t", id="space around"),
    ],
)
def test_a_certificate_comes_in_several_forms(doors: Doors, write: Any) -> None:
    assert show(doors, write(MINE)) == 200
    assert show(doors, write(ANOTHER)) == 401


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([escaped(MINE), escaped(MINE)], id="the same twice"),
        pytest.param([escaped(ANOTHER), escaped(MINE)], id="two"),
        pytest.param([escaped(MINE), escaped(ANOTHER)], id="two the other way round"),
        pytest.param([escaped(MINE), ""], id="one and nothing"),
        pytest.param(["", escaped(MINE)], id="nothing and one"),
        pytest.param([f"{escaped(MINE)},{escaped(MINE)}"], id="a comma"),
        pytest.param([escaped(MINE) + escaped(ANOTHER)], id="two in one"),
        pytest.param([escaped(ANOTHER) + escaped(MINE)], id="two in one the other way round"),
        pytest.param([structured(MINE) + structured(MINE)], id="two byte sequences"),
        pytest.param([structured(MINE) + ";a=b"], id="a parameter"),
        pytest.param([base64.b64encode(MINE.der).decode()], id="no colons"),
        pytest.param(["(null)"], id="what Apache says for nothing"),
        pytest.param([":"], id="a colon"),
        pytest.param(["::"], id="no bytes"),
        pytest.param([":A:"], id="not enough for a byte"),
        pytest.param([urllib.parse.quote(escaped(MINE))], id="escaped twice"),
        pytest.param([X5T], id="the thumbprint"),
        pytest.param([escaped(MINE).replace("CERTIFICATE", "PUBLIC%20KEY")], id="a public key"),
        pytest.param([":" + "A" * 70_000 + ":"], id="very much"),
        # Would take a minute, were it tried in every way.
        pytest.param(["-----BEGIN CERTIFICATE-----" + " " * 60_000 + "!"], id="nothing but blanks"),
        pytest.param(["é"], id="no ASCII"),
    ],
)
def test_what_is_not_exactly_one_certificate_is_none(
    doors: Doors, caplog: pytest.LogCaptureFixture, values: list[str]
) -> None:
    assert reason(doors, caplog, *values) == "not exactly one client certificate"


def test_an_unbound_token_needs_no_certificate(doors: Doors) -> None:
    assert show(doors, token=mint()) == 200
    assert show(doors, escaped(MINE), token=mint()) == 200
    assert show(doors, "junk", token=mint()) == 200


@pytest.mark.parametrize("cnf", [{"jkt": "x"}, {"x5t#S256": X5T, "jkt": "x"}, {"x5t": X5T}, {"x5t#S256": [X5T]}])
def test_a_binding_that_cannot_be_checked_fails_closed(doors: Doors, cnf: Any) -> None:
    assert show(doors, escaped(MINE), token=mint(cnf=cnf)) == 401


def test_a_realm_without_the_option_reads_no_header() -> None:
    doors = bound_doors()
    assert show(doors, escaped(MINE)) == 401


def test_a_token_that_is_bound_twice_is_proven_twice() -> None:
    doors = bound_doors(certificate_header=HEADER, dpop=DPoP())
    token = ES256.bound_token(cnf={"x5t#S256": X5T, "jkt": ES256.jkt})

    def knock(*headers: tuple[str, str]) -> int:
        return doors.ask(f"DPoP {token}", mount="/api", path="", headers=headers).status

    with_certificate = (HEADER, escaped(MINE))
    assert knock(with_certificate, ("dpop", ES256.proof(token))) == 200
    assert knock(with_certificate) == 401
    assert knock(("dpop", ES256.proof(token))) == 401
    assert show(doors, escaped(MINE), token=token) == 401


def test_where_an_alias_can_be_told_apart_it_is_refused(doors: Doors) -> None:
    """A proxy that removes only the one spelling lets the other through: X_Client_Cert."""
    sent = [("authorization", f"Bearer {BOUND}"), ("x_client_cert", escaped(MINE))]
    assert asyncio.run(ask_asgi(doors.asgi, sent)).status == 401
    assert asyncio.run(ask_asgi(doors.asgi, [*sent, (HEADER, escaped(MINE))])).status == 401
    assert asyncio.run(ask_asgi(doors.asgi, [sent[0], ("x_client-cert", ""), (HEADER, escaped(MINE))])).status == 401


def test_where_an_alias_cannot_be_told_apart_two_values_are_refused(doors: Doors) -> None:
    """WSGI has one variable for both, so a proxy that sets the header makes the alias visible as a second value."""
    authorized = ("authorization", f"Bearer {BOUND}")
    sent = [authorized, ("X_Client_Cert", escaped(MINE)), (HEADER, escaped(ANOTHER))]
    assert ask_wsgi(doors.wsgi, sent).status == 401
    # Alone it is the header. Servers have to drop it: gunicorn and waitress do, as nginx does before them.
    assert ask_wsgi(doors.wsgi, [authorized, ("X_Client_Cert", escaped(MINE))]).status == 200


@pytest.mark.parametrize(
    "name", ["X-Client-Cert", "x_client_cert", "", "-", "x client", 7, "x-cert\n", "authorization", "host", "cookie"]
)
def test_a_header_that_cannot_be_right_is_refused_at_start_up(name: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"certificate_header=…\): must be a header's name"):
        Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, certificate_header=name)
