from typing import Any

import msgspec
import pytest

from mockidp.config_sources.mock_oauth2_config import HttpServer, RequestMapping, TheirConfig, TokenCallback


def test_their_names_are_read() -> None:
    mapping = {"requestParam": "scope", "match": "a", "claims": {"x": 1}, "typeHeader": "JWT"}
    callback = {"issuerId": "a", "tokenExpiry": 120, "requestMappings": [mapping]}
    read = msgspec.convert(
        {"interactiveLogin": True, "tokenCallbacks": [callback], "httpServer": {"type": "NettyWrapper", "ssl": {}}},
        TheirConfig,
    )
    assert read == TheirConfig(
        interactive_login=True,
        token_callbacks=(
            TokenCallback(
                issuer_id="a",
                token_expiry=120,
                request_mappings=(RequestMapping(request_param="scope", match="a", claims={"x": 1}),),
            ),
        ),
        http_server=HttpServer(type="NettyWrapper", ssl={}),
    )


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ({"tokenCallbacks": [{"issuer": "a"}]}, "tokenCallbacks[0]"),
        ({"tokenCallbacks": [{"issuerId": 1}]}, "tokenCallbacks[0].issuerId"),
        ({"tokenCallbacks": [{"issuerId": "a", "requestMappings": [{}]}]}, "tokenCallbacks[0].requestMappings[0]"),
        ({"interactiveLogin": "yes"}, "interactiveLogin"),
        ({"httpServer": {"port": 1}}, "httpServer"),
    ],
)
def test_what_they_do_not_know_is_refused_with_its_place(settings: dict[str, Any], place: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=r".* - at `\$\." + place.replace("[", r"\[")):
        msgspec.convert(settings, TheirConfig)
