import pytest
from authlib.oauth2.rfc6749.errors import OAuth2Error
from starlette.datastructures import Headers
from visitor import new_provider

from mockidp.dialects.standard import StandardRequest, StandardServer


@pytest.fixture
def server() -> StandardServer:
    return StandardServer(new_provider().sites)


def asked(**parameters: str) -> StandardRequest:
    return StandardRequest("POST", parameters, Headers())


@pytest.mark.parametrize("parameters", [{}, {"response_type": "token"}, {"response_type": '"\\\u2028'}])
def test_a_response_type_that_is_not_there_is_refused_without_repeating_it(
    server: StandardServer, parameters: dict[str, str]
) -> None:
    with pytest.raises(OAuth2Error) as caught:
        server.get_authorization_grant(asked(client_id="storefront-web", **parameters))
    assert "token" not in caught.value.description
    assert caught.value.error == ("unsupported_response_type" if parameters else "invalid_request")


@pytest.mark.parametrize("parameters", [{}, {"grant_type": "password"}, {"grant_type": '"\\\u2028'}])
def test_a_grant_type_that_is_not_there_is_refused_without_repeating_it(
    server: StandardServer, parameters: dict[str, str]
) -> None:
    with pytest.raises(OAuth2Error) as caught:
        server.get_token_grant(asked(**parameters))
    assert "password" not in caught.value.description
    assert caught.value.error == ("unsupported_grant_type" if parameters else "invalid_request")


def test_any_client_of_any_realm_is_known(server: StandardServer) -> None:
    for realm in ("storefront", "backoffice"):
        known = server.query_client(f"{realm}-web")
        assert known is not None
        assert known.site.realm.name == realm
    assert server.query_client("nobody") is None
