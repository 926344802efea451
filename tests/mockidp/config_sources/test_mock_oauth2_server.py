import json
import logging
from pathlib import Path
from typing import Any

import jwt
import pytest
from visitor import Visitor, new_provider

from mockidp import Config, ConfigError, load_config

MAPPINGS = [
    {"requestParam": "client_id", "match": "orders", "claims": {"sub": "${clientId}-sub", "aud": ["a", "b"], "n": 1}},
    {"requestParam": "scope", "match": "read|write", "claims": {"tier": "gold", "for": "${resource} {x}"}},
    {"requestParam": "grant_type", "match": "*", "claims": {"any": {"deep": ["${client_id}"]}}},
]
THEIRS = {"tokenCallbacks": [{"issuerId": "shop", "tokenExpiry": 120, "requestMappings": MAPPINGS}]}


def loaded(settings: dict[str, Any], tmp_path: Path) -> Config:
    (tmp_path / "a.json").write_text(json.dumps(settings))
    return load_config(tmp_path / "a.json")


def claims_for(config: Config, **asked: str) -> dict[str, Any]:
    visitor = Visitor(new_provider(config))
    answer = visitor.exchange(grant_type="client_credentials", client_secret="secret", **asked)
    assert answer.status_code == 200, answer.text
    claims: dict[str, Any] = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    return claims


def test_an_issuer_is_a_realm_and_a_mapping_a_rule(tmp_path: Path) -> None:
    config = loaded(THEIRS, tmp_path)
    assert [realm.name for realm in config.realms] == ["shop"]
    claims = claims_for(config, client_id="orders")
    assert (claims["sub"], claims["aud"], claims["n"]) == ("orders-sub", ["a", "b"], 1)
    assert claims["iss"].endswith("/shop")
    assert claims["exp"] - claims["iat"] == 120
    assert {"any", "tier"} & claims.keys() == set()  # the first mapping that fits is the only one


def test_parameters_fill_the_places_of_a_template(tmp_path: Path) -> None:
    other = {"name": "shop", "clients": [{"client_id": "o", "client_secret": "secret", "scope": "read"}]}
    other["clients"][0]["grant_types"] = ["client_credentials"]  # type: ignore[index]
    config = loaded({**THEIRS, "realms": [other]}, tmp_path)
    claims = claims_for(config, client_id="o", scope="read", resource="https://x/")
    assert (claims["tier"], claims["for"]) == ("gold", "https://x/ {x}")
    assert claims_for(config, client_id="o")["any"] == {"deep": ["o"]}


def test_somebody_is_logged_in_unless_the_login_is_interactive(tmp_path: Path) -> None:
    asked = {"response_type": "code", "client_id": "orders", "redirect_uri": "http://localhost:3000/callback"}
    for interactive in (False, True):
        config = loaded({**THEIRS, "interactiveLogin": interactive}, tmp_path)
        visitor = Visitor(new_provider(config), prefix="/shop")
        answer = visitor.ask(**asked)
        while answer.is_redirect and answer.headers["location"].startswith("/"):
            answer = visitor.http.get(answer.headers["location"])
        assert ("Log in to" in answer.text) == interactive
        assert answer.headers.get("location", "").startswith(asked["redirect_uri"]) != interactive


def test_a_configuration_without_issuers_is_their_default(tmp_path: Path) -> None:
    assert [realm.name for realm in loaded({"interactiveLogin": True}, tmp_path).realms] == ["default"]


def test_tls_and_algorithms_have_a_counterpart(tmp_path: Path) -> None:
    provider = {"keyProvider": {"algorithm": "ES256"}}
    config = loaded({"httpServer": {"type": "NettyWrapper", "ssl": {}}, "tokenProvider": provider}, tmp_path)
    assert (config.tls, config.realms[0].algorithm) == (True, "ES256")
    assert not loaded({"httpServer": "NettyWrapper"}, tmp_path).tls


@pytest.mark.parametrize(
    ("match", "values", "others"),
    [
        ("*", ["x"], []),
        ("a", ["a"], ["b", "ab"]),
        ("a.*", ["a", "abc"], ["b"]),
        ("a|b.*c", ["a", "bxc"], ["b", "c"]),
        (r"x\.y", ["x.y"], ["xzy"]),
    ],
)
def test_a_simple_expression_is_understood(match: str, values: list[str], others: list[str], tmp_path: Path) -> None:
    mapping = {"requestParam": "p", "match": match, "claims": {"fits": True}}
    config = loaded({"tokenCallbacks": [{"issuerId": "a", "requestMappings": [mapping]}]}, tmp_path)
    for value in (*values, *others):
        assert claims_for(config, client_id="a-client", p=value).get("fits", False) is (value in values)


@pytest.mark.parametrize(
    ("callback", "place"),
    [
        ({"issuerId": "A/b"}, "tokenCallbacks[0].issuerId"),
        ({"issuerId": "a", "tokenExpiry": 0}, "tokenCallbacks[0].tokenExpiry"),
        ({"issuerId": "a", "requestMappings": [{"requestParam": "p", "match": "[a-z]+"}]}, ".requestMappings[0].match"),
        (
            {"issuerId": "a", "requestMappings": [{"requestParam": "p", "claims": {"exp": 1}}]},
            "tokenCallbacks[0].requestMappings[0].claims.exp",
        ),
        (
            {"issuerId": "a", "requestMappings": [{"requestParam": "p", "claims": {"x": "${client_secret}"}}]},
            "tokenCallbacks[0].requestMappings[0].claims.x",
        ),
        ({"issuerId": "a", "requestMappings": 1}, "tokenCallbacks[0].requestMappings"),
    ],
)
def test_what_has_no_counterpart_is_refused_by_its_name(callback: dict[str, Any], place: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded({"tokenCallbacks": [callback]}, tmp_path)
    assert caught.value.place.endswith(place)
    assert caught.value.line == 1


def test_another_algorithm_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"tokenProvider\.keyProvider\.algorithm: expected one of RS256, ES256"):
        loaded({"tokenProvider": {"keyProvider": {"algorithm": "PS256"}}}, tmp_path)


def test_what_changes_nothing_is_named_in_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "mockidp"):
        loaded(
            {
                "loginPagePath": "x.html",
                "staticAssetsPath": "x",
                "rotateRefreshToken": False,
                "tokenProvider": {"systemTime": "2026-01-01T00:00:00Z", "keyProvider": {"initialKeys": "{}"}},
                "httpServer": {"ssl": {"keystoreFile": "x"}},
                "tokenCallbacks": [
                    {"issuerId": "a", "requestMappings": [{"requestParam": "p", "typeHeader": "custom"}]}
                ],
            },
            tmp_path,
        )
    for member in (
        *("loginPagePath", "staticAssetsPath", "rotateRefreshToken", "tokenProvider.systemTime"),
        *("tokenProvider.keyProvider.initialKeys", "httpServer.ssl", "typeHeader"),
    ):
        assert f"configuration of mock-oauth2-server: {member} has no effect: " in caplog.text
    assert "issuers are those that are named (a); no other is there when somebody asks for it" in caplog.text
    assert "there are a-client, with the secret 'secret'" in caplog.text


@pytest.mark.parametrize("realms", [1, [1], [{"name": "shop", "claims": 1}]])
def test_settings_of_ours_beside_theirs_are_checked_as_ever(realms: Any, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="realms"):
        loaded({**THEIRS, "realms": realms}, tmp_path)
    with pytest.raises(ConfigError, match="unknown field `colour`"):
        loaded({**THEIRS, "colour": 1}, tmp_path)
