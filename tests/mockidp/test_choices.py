from typing import Any, Literal

import pytest
from msgspec.inspect import type_info

from mockidp.choices import choices

Colour = Literal["red", "green"]


@pytest.mark.parametrize("kind", [Colour, Colour | None, tuple[Colour, ...], list[Colour] | None, int | Colour])
def test_what_is_counted_is_named(kind: Any) -> None:
    assert sorted(choices(type_info(kind))) == ["green", "red"]


@pytest.mark.parametrize("kind", [str, str | None, tuple[int, ...], dict[str, Colour], bool])
def test_what_is_not_counted_is_not(kind: Any) -> None:
    assert choices(type_info(kind)) == ()


def test_nothing_has_no_choices() -> None:
    assert choices(None) == ()
