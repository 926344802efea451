import math
from typing import Any

import pytest

from mockidp.errors import ConfigError
from mockidp.settings.claim_templates import SECRETS, Absent, expect_value, filled

WORDS = {"client_id": "web", "username": "ann", "scope": "a b", "parameter:resource": "https://x/", "subject": ""}


@pytest.mark.parametrize(
    ("template", "result"),
    [
        ("plain", "plain"),
        ("{client_id}", "web"),
        ("{client_id}-{username}@{parameter:resource}", "web-ann@https://x/"),
        ("{{client_id}}", "{client_id}"),
        ("{{{client_id}}}", "{web}"),
        ("{{", "{"),
        ("{now}", 1000),
        ("{now+30m}", 2800),
        ("{now-1d}", 1000 - 86400),
        ("{now+5}", 1005),
        ("since {now}", "since 1000"),
        ("{{now}}", "{now}"),
        (["{client_id}", {"a": ["{scope}"]}], ["web", {"a": ["a b"]}]),
        (["{subject}", "{client_id}"], ["web"]),
        ({"a": "{parameter:other}", "b": 1}, {"b": 1}),
        (7, 7),
        (None, None),
        (True, True),
    ],
)
def test_places_are_filled(template: Any, result: Any) -> None:
    expect_value("set.x", template)
    assert filled(template, WORDS, 1000.9) == result


@pytest.mark.parametrize("template", ["{subject}", "for {parameter:other}", "{realm}"])
def test_a_text_that_needs_what_is_not_there_is_absent(template: str) -> None:
    with pytest.raises(Absent):
        filled(template, WORDS, 0)


def test_what_fills_a_place_is_not_filled_again() -> None:
    assert filled("{client_id}", {"client_id": "{username}{{", "username": "x"}, 0) == "{username}{{"


@pytest.mark.parametrize(
    "template",
    [
        *("{", "}", "{}", "{x}", "{client_id", "client_id}", "{parameter:}", "{parameter}", "{ client_id }"),
        *("{client_id.__class__}", "{client_id!r}", "{client_id:>9}", "{0}", "{now+}", "{now+1y}", "{now*2}"),
        *("{now+3651d}", "{Now}", "{{{client_id}}", "\ud800"),
    ],
)
def test_a_place_that_nothing_can_fill_is_refused(template: str) -> None:
    for value in (template, [template], {"a": template}, {template: 1} if template == "\ud800" else [[template]]):
        with pytest.raises(ConfigError, match=r"^set\.x"):
            expect_value("set.x", value)


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_no_secret_of_a_request_gets_into_a_claim(name: str) -> None:
    with pytest.raises(ConfigError, match=f"^set.x: expected no secret in a claim: {name} is one"):
        expect_value("set.x", f"a {{parameter:{name}}}")


def _wrapped(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize("value", [math.nan, math.inf, 2**64, -(2**63) - 1, b"x", {1: 2}, {1}, _wrapped(11)])
def test_what_is_no_json_of_moderate_depth_is_refused(value: Any) -> None:
    with pytest.raises(ConfigError, match=r"^set\.x"):
        expect_value("set.x", value)
    expect_value("set.x", _wrapped(10))
