from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec.inspect import CollectionType, StructType, UnionType, type_info

from mockidp.config_sources.refused_settings import KINDS, meant, refused_setting
from mockidp.settings.config import Config


def kinds_in(said: Any, name: str = "") -> Iterator[tuple[str, type]]:
    """Every kind of setting below this one, with the name under which it stands."""
    match said:
        case StructType():
            yield name, said.cls
            for field in said.fields:
                yield from kinds_in(field.type, field.name)
        case CollectionType():
            yield from kinds_in(said.item_type, name)
        case UnionType():
            for one in said.types:
                yield from kinds_in(one, name)


def refusal(settings: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(settings, Config)
    found = refused_setting(caught.value)
    return found.place, found.problem


def test_every_kind_of_setting_is_known_by_its_name() -> None:
    assert dict(kinds_in(type_info(Config))) == KINDS


@pytest.mark.parametrize("place", KINDS)
def test_a_misspelt_setting_of_any_kind_is_answered_with_the_right_one(place: str) -> None:
    name = max(KINDS[place].__struct_fields__, key=len)
    assert meant(f"Object contains unknown field `{name}x`", f"a[0].{place}[1]" if place else "") == (
        f"; did you mean `{name}`?"
    )


def test_a_name_like_no_other_is_only_refused() -> None:
    assert refusal({"colour": 1}) == ("", "Object contains unknown field `colour`")
    assert refusal({"realms": [{"name": "a", "x`y": 1}]}) == ("realms[0]", "Object contains unknown field `x`y`")


@pytest.mark.parametrize(
    ("settings", "place", "choices"),
    [
        ({"dialect": "oro"}, "dialect", "orocommerce, standard"),
        ({"oro_version": "5"}, "oro_version", "5.0, 5.1, 6.0, 6.1"),
        ({"realms": [{"name": "a", "algorithm": "none"}]}, "realms[0].algorithm", "ES256, EdDSA, RS256"),
        (
            {"realms": [{"name": "a", "claims": [{"set": {}, "tokens": ["id_token", "acess_token"]}]}]},
            "realms[0].claims[0].tokens[1]",
            "access_token, id_token, userinfo",
        ),
    ],
)
def test_what_is_none_of_the_choices_is_answered_with_them(settings: dict[str, Any], place: str, choices: str) -> None:
    found, problem = refusal(settings)
    assert found == place
    assert problem.startswith("Invalid enum value ")
    assert problem.endswith(f"; expected {choices}")


def test_a_refusal_of_our_own_keeps_its_words_and_adds_its_place() -> None:
    wrong = {"realms": [{"name": "a", "users": [{"username": "b", "password": ""}]}]}
    assert refusal(wrong) == ("realms[0].users[0].password", "expected at least one character")
