"""What of an OroCommerce installation can be set, and what is refused."""

from typing import Any

import pytest

from mockidp.errors import ConfigError
from mockidp.settings.config import OroSettings, ProtectedResource


def test_nothing_said_is_an_installation_with_everything_switched_on() -> None:
    settings = OroSettings()

    assert settings.storefront_api
    assert settings.backoffice_api
    assert settings.keys
    assert settings.refresh_token
    assert settings.authorization_code
    assert settings.cors_origins == ()
    assert settings.cors_max_age == 600


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"cors_origins": ("https://app.example/",)}, "cors_origins[0]"),
        ({"cors_origins": ("*", "app.example")}, "cors_origins[1]"),
        ({"cors_headers": ("X-Good", "X Bad")}, "cors_headers[1]"),
        ({"cors_headers": ("X-Bad\r\nSet-Cookie: a=b",)}, "cors_headers[0]"),
        ({"cors_max_age": -1}, "cors_max_age"),
        (
            {"protected_resources": (ProtectedResource(path="/mcp"), ProtectedResource(path="/mcp"))},
            "protected_resources",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(wrong: dict[str, Any], place: str) -> None:
    with pytest.raises(ConfigError) as refused:
        OroSettings(**wrong)

    assert refused.value.place == place


@pytest.mark.parametrize("path", ["", "/", "mcp", "/mcp/", "/../mcp?x", "//mcp"])
def test_a_protected_resource_has_a_plain_path(path: str) -> None:
    with pytest.raises(ConfigError, match="path"):
        ProtectedResource(path=path)
