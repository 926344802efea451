import json
from typing import Any

import pytest
from authlib.oauth2.rfc6749.errors import OAuth2Error
from visitor import new_provider

from mockidp.protocol.client_metadata import LONGEST, MOST_URIS, new_client, read_metadata
from mockidp.settings.realm import DEVICE_CODE

SITE = new_provider().sites.named("storefront")
CALLBACK = "https://a.example/cb"


def made(**members: Any) -> Any:
    return new_client(read_metadata(json.dumps({"redirect_uris": [CALLBACK], **members}).encode()), SITE)


def test_a_client_that_says_little_gets_the_defaults_of_the_rfc() -> None:
    client = made()
    assert client.client_id.startswith("registered-")
    assert (client.name, client.redirect_uris, client.grant_types) == (
        client.client_id,
        (CALLBACK,),
        ("authorization_code",),
    )
    assert len(client.client_secret) >= 43
    assert client.scope.split() == SITE.scopes
    assert not client.require_par


def test_each_gets_a_name_and_a_secret_of_its_own() -> None:
    clients = [made() for _ in range(20)]
    assert len({client.client_id for client in clients}) == len({client.client_secret for client in clients}) == 20


def test_what_is_asked_for_and_can_be_had_is_given() -> None:
    client = made(
        client_name="Ünsere App",
        token_endpoint_auth_method="none",
        grant_types=["authorization_code", "refresh_token", DEVICE_CODE],
        response_types=["code"],
        scope="openid orders:read",
        post_logout_redirect_uris=["com.example.app:/out"],
        id_token_signed_response_alg="ES256",
        require_pushed_authorization_requests=True,
        application_type="native",
        contacts=["a@example.com"],
        logo_uri="https://a.example/logo.png",
        **{"client_name#de": "Unsere App", "nonsense": [{"a": None}]},
    )
    assert (client.name, client.public, client.require_par) == ("Ünsere App", True, True)
    assert client.grant_types == ("authorization_code", "refresh_token", DEVICE_CODE)
    assert client.scope == "openid orders:read"
    assert client.post_logout_redirect_uris == ("com.example.app:/out",)


@pytest.mark.parametrize("grants", [["client_credentials"], [DEVICE_CODE, "refresh_token"]])
def test_without_codes_no_address_is_needed(grants: list[str]) -> None:
    assert made(redirect_uris=[], grant_types=grants).redirect_uris == ()
    assert made(redirect_uris=[], grant_types=grants, response_types=[]).grant_types == tuple(grants)


@pytest.mark.parametrize(
    "members",
    [
        {"redirect_uris": []},
        {"redirect_uris": ["/relative"]},
        {"redirect_uris": ["https://a.example/#fragment"]},
        {"redirect_uris": ["javascript:alert(1)"]},
        {"redirect_uris": ["data:text/html,x"]},
        {"redirect_uris": ["https://a.example/\u2028"]},
        {"redirect_uris": [CALLBACK, CALLBACK]},
        {"redirect_uris": [f"https://a.example/{number}" for number in range(MOST_URIS + 1)]},
        {"redirect_uris": ["https://a.example/" + "x" * LONGEST]},
        {"post_logout_redirect_uris": ["javascript:alert(1)"]},
    ],
)
def test_an_address_that_is_none_is_refused_as_such(members: dict[str, Any]) -> None:
    with pytest.raises(OAuth2Error) as caught:
        made(**members)
    assert caught.value.error == "invalid_redirect_uri"
    assert "alert" not in caught.value.description


@pytest.mark.parametrize(
    "members",
    [
        {"token_endpoint_auth_method": "private_key_jwt"},
        {"token_endpoint_auth_method": None},
        {"token_endpoint_auth_method": "none", "grant_types": ["client_credentials"]},
        {"grant_types": ["implicit"]},
        {"grant_types": ["password"]},
        {"grant_types": []},
        {"grant_types": "authorization_code"},
        {"grant_types": ["authorization_code", "authorization_code"]},
        {"response_types": ["token"]},
        {"response_types": []},
        {"response_types": ["code", "code"]},
        {"grant_types": ["client_credentials"], "response_types": ["code"]},
        {"scope": "openid users:read"},
        {"scope": 'quo"te'},
        {"scope": ["openid"]},
        {"client_name": 5},
        {"client_name": "two\nlines"},
        {"client_name": "x" * (LONGEST + 1)},
        {"id_token_signed_response_alg": "none"},
        {"subject_type": "pairwise"},
        {"require_pushed_authorization_requests": "true"},
        {"redirect_uris": CALLBACK},
        {"redirect_uris": [5]},
    ],
)
def test_what_cannot_be_done_is_refused_without_repeating_it(members: dict[str, Any]) -> None:
    with pytest.raises(OAuth2Error) as caught:
        made(**members)
    assert caught.value.error == "invalid_client_metadata"
    assert any(name in caught.value.description for name in [*members, "grant_types"])
    assert "private_key" not in caught.value.description


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x",
        b"[]",
        b"null",
        b'"x"',
        b"\xff",
        b"[" * 60_000,
        b'{"client_name": "a", "client_name": "b"}',
        b'{"client_name": "\\ud800"}',
        b'{"x": {"a": 1, "a": 2}}',
    ],
)
def test_what_is_no_json_object_with_each_member_once_is_refused(body: bytes) -> None:
    with pytest.raises(OAuth2Error) as caught:
        read_metadata(body)
    assert caught.value.error == "invalid_client_metadata"
