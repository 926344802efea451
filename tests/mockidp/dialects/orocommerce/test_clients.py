"""Who asks at the token endpoint: everything that is wrong with a client looks the same."""

from collections.abc import Callable
from typing import Any

import pytest
from httpx2 import Response
from oro import CALLBACK, CHALLENGE, VERIFIER, Oro, refused_client, refused_request
from oro_rows import FROM_5_1, V50, covers

REALMS = pytest.mark.parametrize("realm", ["storefront", "backoffice"])
Ask = Callable[..., Response]


def by_password(oro: Oro, client: str = "storefront-app", **fields: str | None) -> Response:
    return oro.password(client, **fields)  # type: ignore[arg-type]


def by_itself(oro: Oro, client: str = "storefront-service", **fields: str | None) -> Response:
    return oro.exchange(client, grant_type="client_credentials", **fields)


def by_code(oro: Oro, client: str = "storefront-web", **fields: str | None) -> Response:
    return oro.redeem("def502", client, **fields)


def by_refreshing(oro: Oro, client: str = "storefront-app", **fields: str | None) -> Response:
    return oro.refresh("def502", client, **fields)


GRANTS = pytest.mark.parametrize("ask", [by_password, by_itself, by_code, by_refreshing])


@covers("B6")
@GRANTS
def test_a_client_must_be_named(version: str, ask: Ask) -> None:
    refused_request(ask(Oro(version), client_id=None), "Check the `client_id` parameter")


@covers("B7")
@GRANTS
@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": ""},
        {"client_id": "nobody"},
        {"client_id": "storefront-inactive"},
        {"client_secret": "wrong"},
        {"client_secret": None},
    ],
)
def test_no_refusal_says_what_is_wrong_with_a_client(version: str, ask: Ask, wrong: dict[str, str | None]) -> None:
    refused_client(ask(Oro(version), **wrong))


@covers("B7")
@REALMS
def test_where_an_api_is_off_its_clients_are_unknown(version: str, realm: str) -> None:
    switch: dict[str, Any] = {f"{realm}_api": False}
    oro = Oro(version, **switch)
    other = "backoffice" if realm == "storefront" else "storefront"

    refused_client(by_itself(oro, f"{realm}-service"))
    assert by_itself(oro, f"{other}-service").status_code == 200


@covers("B7")
@REALMS
def test_a_client_whose_owner_is_disabled_is_refused(version: str, realm: str) -> None:
    oro = Oro(version)

    refused_client(by_itself(oro, f"{realm}-orphan"))
    assert by_itself(oro, f"{realm}-service").status_code == 200
    assert oro.provider.shop
    owner = {"storefront": "ann@example.com", "backoffice": "admin"}[realm]
    oro.provider.shop.accounts.set_user(realm, owner, "locked")
    refused_client(by_itself(oro, f"{realm}-service"))


@covers("B7")
@pytest.mark.parametrize(
    ("ask", "client"),
    [
        (by_password, "storefront-web"),
        (by_itself, "storefront-app"),
        (by_code, "storefront-app"),
        (by_refreshing, "storefront-service"),
    ],
)
def test_a_grant_that_is_not_the_clients_is_refused(version: str, ask: Ask, client: str) -> None:
    refused_client(ask(Oro(version), client))


@covers("B7", "B38")
def test_a_client_without_listed_grants_may_use_all(version: str) -> None:
    oro = Oro(version)

    tokens = by_password(oro, "storefront-all").json()
    assert oro.refresh(tokens["refresh_token"], "storefront-all").status_code == 200
    assert by_itself(oro, "storefront-all").status_code == 200
    assert oro.redeem(oro.code("storefront-all"), "storefront-all").status_code == 200


@covers("B7")
def test_a_refused_client_is_challenged_where_it_sent_a_header(version: str) -> None:
    headers = {"Authorization": "Bearer x"}
    answer = Oro(version).http.post("/oauth2-token", data={"grant_type": "password", "client_id": "x"}, headers=headers)

    refused_client(answer, 'Bearer realm="OAuth"')


@covers("B8")
@GRANTS
@pytest.mark.parametrize("address", ["https://evil.example/", "", f"{CALLBACK}/"])
def test_an_address_that_is_not_registered_is_refused_at_any_grant(version: str, ask: Ask, address: str) -> None:
    refused_client(ask(Oro(version), redirect_uri=address))


@covers("B20")
@pytest.mark.parametrize("secret", [None, "anything"])
def test_a_public_client_needs_no_secret_and_none_is_looked_at(version: str, secret: str | None) -> None:
    oro = Oro(version)
    code = oro.code("storefront-public", code_challenge=CHALLENGE, code_challenge_method="S256")

    assert oro.redeem(code, "storefront-public", secret=secret, code_verifier=VERIFIER).status_code == 200


@covers("B20", "B38", versions=FROM_5_1)
def test_a_public_client_may_refresh_and_its_grants_and_address_are_checked(version: str) -> None:
    oro = Oro(version)
    code = oro.code("storefront-public", code_challenge=CHALLENGE, code_challenge_method="S256")
    tokens = oro.redeem(code, "storefront-public", secret=None, code_verifier=VERIFIER).json()

    assert oro.refresh(tokens["refresh_token"], "storefront-public", secret=None).status_code == 200
    assert oro.password("storefront-public-app", secret=None).status_code == 200
    refused_client(oro.password("storefront-public", secret=None))
    refused_client(oro.redeem("x", "storefront-public", secret=None, redirect_uri="https://evil.example/"))


@covers("B20", versions=V50)
def test_a_public_client_is_hardly_checked_and_cannot_refresh(version: str) -> None:
    oro = Oro(version)
    code = oro.code("storefront-public", code_challenge=CHALLENGE, code_challenge_method="S256")
    tokens = oro.redeem(code, "storefront-public", secret=None, code_verifier=VERIFIER).json()

    refused_client(oro.refresh(tokens["refresh_token"], "storefront-public", secret=None))
    refused_client(oro.password("storefront-public-app", secret=None))
    refused_request(
        oro.redeem("x", "storefront-public", secret=None, redirect_uri="https://evil.example/"),
        "Cannot decrypt the authorization code",
    )


@covers("B22")
def test_a_public_client_cannot_act_by_itself(version: str) -> None:
    refused_client(by_itself(Oro(version), "storefront-public", client_secret=None))


@covers("B38")
def test_who_gets_refresh_tokens_may_use_them(version: str) -> None:
    oro = Oro(version)
    by_a_password = oro.password().json()
    with_a_code = oro.redeem(oro.code()).json()

    assert oro.refresh(by_a_password["refresh_token"]).status_code == 200
    assert oro.refresh(with_a_code["refresh_token"], "storefront-web").status_code == 200
