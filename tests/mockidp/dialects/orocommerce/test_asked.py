"""What an authorization request must say, in OroCommerce's order of checks, for somebody who is logged in."""

from typing import Any

import pytest
from oro import (
    CALLBACK,
    CHALLENGE,
    Oro,
    answer_in,
    claims_of,
    is_page,
    refused_client,
    refused_keys,
    refused_request,
    refused_unsupported,
)
from oro_rows import covers

REALMS = pytest.mark.parametrize("realm", ["storefront", "backoffice"])


def at(version: str, realm: str = "storefront", **settings: Any) -> Oro:
    """Somebody who has logged in."""
    oro = Oro(version, **settings)
    oro.log_in(realm)
    return oro


@covers("A12")
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"response_type": "code"},
        {"client_id": "storefront-web"},
        {"response_type": "token", "client_id": "storefront-web"},
        {"response_type": "", "client_id": "storefront-web"},
        {"response_type": "code token", "client_id": "storefront-web"},
    ],
)
def test_anything_but_a_code_for_a_client_is_no_grant(version: str, asked: dict[str, str]) -> None:
    refused_unsupported(at(version).http.get("/oauth2-token/authorize", params=asked))


@covers("A12")
def test_where_codes_are_switched_off_there_is_no_such_grant(version: str) -> None:
    oro = at(version, authorization_code=False)

    refused_unsupported(oro.ask())
    refused_unsupported(oro.redeem("def502"))


@covers("A13")
@pytest.mark.parametrize("client", ["nobody", "", "storefront-inactive", "STOREFRONT-WEB"])
def test_an_unknown_or_inactive_client_is_refused_without_a_redirect(version: str, client: str) -> None:
    refused_client(at(version).ask(client, realm="storefront", redirect_uri=CALLBACK))


@covers("A13")
@REALMS
def test_where_an_api_is_off_its_clients_are_unknown(version: str, realm: str) -> None:
    other = "backoffice" if realm == "storefront" else "storefront"

    refused_client(at(version, realm, **{f"{realm}_api": False}).ask(f"{realm}-web"))
    assert is_page(at(version, other, **{f"{realm}_api": False}).ask(f"{other}-web"), 200)


@covers("A13")
@pytest.mark.parametrize(
    ("authorization", "challenge"),
    [
        ("Basic eDp5", 'Basic realm="OAuth"'),
        ("Bearer x", 'Bearer realm="OAuth"'),
        ("Bearerish", 'Bearer realm="OAuth"'),
        ("", None),
    ],
)
def test_a_refused_client_is_challenged_only_where_it_sent_credentials(
    version: str, authorization: str, challenge: str | None
) -> None:
    oro = at(version)
    refused = oro.http.get(oro.address(), params=oro.asking("nobody"), headers={"Authorization": authorization})

    refused_client(refused, challenge)


@covers("A14")
@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        f"{CALLBACK}/",
        f"{CALLBACK}?a=b",
        CALLBACK.upper(),
        "https://shop.example:443/callback",
        "",
    ],
)
def test_an_address_that_is_not_registered_is_refused_without_a_redirect(version: str, address: str) -> None:
    refused_client(at(version).ask(redirect_uri=address))


@covers("A15")
def test_the_only_registered_address_needs_no_naming(version: str) -> None:
    oro = at(version)

    assert "code" in answer_in(oro.decide())


@covers("A16")
@pytest.mark.parametrize("client", ["storefront-native", "storefront-nowhere"])
def test_without_exactly_one_registered_address_one_must_be_named(version: str, client: str) -> None:
    refused_client(at(version).ask(client))


@covers("A17")
@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:51004/cb", "http://127.0.0.1/cb", "http://[::1]:8/cb", "http://localhost:1/cb"]
)
def test_any_port_of_a_loopback_address_will_do(version: str, address: str) -> None:
    granted = at(version).decide(client="storefront-native", redirect_uri=address)

    assert "code" in answer_in(granted, at=address)


@covers("A17")
@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:2/cb",
        "http://localhost/cb",
        "http://127.0.0.2:1/cb",
        "https://127.0.0.1:1/cb",
        "http://127.0.0.1:1/cb/",
        "http://127.0.0.1:1/CB",
    ],
)
def test_no_other_address_may_have_another_port(version: str, address: str) -> None:
    refused_client(at(version).ask("storefront-native", redirect_uri=address))


@covers("A19")
def test_a_public_client_must_send_a_challenge(version: str) -> None:
    refused_request(at(version).ask("storefront-public"), "Code challenge must be provided for public clients")


@covers("A19")
def test_with_a_challenge_a_public_client_is_let_on(version: str) -> None:
    asked = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}

    assert is_page(at(version).ask("storefront-public", **asked), 200)


@covers("A20", "A21")
@pytest.mark.parametrize("method", [None, "plain"])
def test_a_plain_challenge_named_or_not_needs_permission(version: str, method: str | None) -> None:
    oro = at(version)
    asked: dict[str, Any] = {"code_challenge": CHALLENGE, "code_challenge_method": method}

    refused_request(oro.ask(**asked), "Plain code challenge method is not allowed for this client")
    code = answer_in(oro.decide(client="storefront-plain", **asked))["code"]
    assert oro.redeem(code, "storefront-plain", code_verifier=CHALLENGE).status_code == 200


@covers("A22")
@pytest.mark.parametrize("method", ["s256", "S512", ""])
def test_no_other_method_is_known(version: str, method: str) -> None:
    refused = at(version).ask(code_challenge=CHALLENGE, code_challenge_method=method)

    refused_request(refused, "Code challenge method must be one of `S256`, `plain`")


@covers("A22")
@pytest.mark.parametrize("challenge", ["", "x" * 42, "x" * 129, "x" * 42 + "+", "x" * 42 + "ä"])
def test_a_challenge_must_be_one(version: str, challenge: str) -> None:
    refused = at(version).ask(code_challenge=challenge, code_challenge_method="S256")

    refused_request(refused, "Code challenge must follow the specifications of RFC-7636.")


@covers("A23")
def test_every_scope_exists_and_goes_into_the_token(version: str) -> None:
    oro = Oro(version)

    tokens = oro.redeem(oro.code(scope="anything  orders/ü anything")).json()

    assert claims_of(tokens["access_token"])["scopes"] == ["anything", "orders/ü", "anything"]
    assert "scope" not in tokens


@covers("A27")
def test_without_keys_nothing_is_looked_at(version: str) -> None:
    oro = at(version, keys=False)

    refused_keys(oro.ask())
    refused_keys(oro.ask("nobody", realm="storefront"))


@covers("A13", "A18")
def test_a_request_is_refused_before_it_is_found_to_be_at_the_wrong_address(version: str) -> None:
    oro = at(version)

    refused_client(oro.ask("backoffice-web", realm="storefront", redirect_uri="https://evil.example/"))
    refused_request(
        oro.ask("backoffice-public", realm="storefront"), "Code challenge must be provided for public clients"
    )
    assert is_page(oro.ask("backoffice-web", realm="storefront", code_challenge=CHALLENGE), 404)
