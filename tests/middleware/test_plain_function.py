"""What would have to be awaited is told from what gives its answer at once, without calling it."""

from functools import partial
from typing import Any

import pytest

from realmgate.plain_function import must_be_awaited


async def later(_: Any = None) -> bool:
    return True


def at_once(_: Any = None) -> bool:
    return True


class Later:
    async def __call__(self) -> bool:
        return True

    async def method(self) -> bool:
        return True


class AtOnce:
    def __call__(self) -> bool:
        return True


@pytest.mark.parametrize("function", [later, partial(later, 1), Later(), Later().method])
def test_what_is_async_must_be_awaited(function: Any) -> None:
    assert must_be_awaited(function)


@pytest.mark.parametrize("function", [at_once, partial(at_once, 1), AtOnce(), AtOnce, Later, print, None])
def test_what_answers_at_once_need_not_be(function: Any) -> None:
    assert not must_be_awaited(function)
