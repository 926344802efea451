"""What a test that is marked `@pytest.mark.mockidp(…)` wants of its provider: the arguments, and what each does."""

import difflib
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast, get_args

from .errors import ConfigError
from .settings.config import Lifetime

if TYPE_CHECKING:
    import pytest

    from .server import MockIdp

Apply = Callable[["MockIdp", Any], None]
Order = Callable[..., None]


class CannotMark(ValueError):
    """An argument that does not exist or cannot be right; the text says what there is, or what was expected."""


def wanted(marks: "Iterable[pytest.Mark]") -> dict[str, Any]:
    """What the marks of a test, the nearest first, say together: a class says what the test itself leaves open."""
    marks = tuple(marks)
    if any(mark.args for mark in marks):
        raise CannotMark('it takes its arguments by name, such as fault="expired"')
    return {name: value for mark in reversed(marks) for name, value in mark.kwargs.items()}


def apply(idp: "MockIdp", arguments: Mapping[str, Any]) -> None:
    """Have the provider do what the marks say, until it is reset; CannotMark where that cannot be."""
    for name in arguments.keys() - ARGUMENTS.keys():
        raise CannotMark(f"there is no argument {name!r}{_meant(name)}; there are {', '.join(ARGUMENTS)}")
    for name, act in ARGUMENTS.items():
        if name in arguments:
            _act(name, act, idp, arguments[name])


def _act(name: str, act: Apply, idp: "MockIdp", value: Any) -> None:
    try:
        act(idp, value)
    except (ConfigError, LookupError, TypeError, ValueError) as problem:
        raise CannotMark(f"{name}={value!r}: {problem}") from problem


def _meant(name: str) -> str:
    close = difflib.get_close_matches(name, ARGUMENTS, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _set_clock(idp: "MockIdp", value: Any) -> None:
    idp.clock.set(value)


def _freeze(idp: "MockIdp", value: Any) -> None:
    if not isinstance(value, bool):
        raise TypeError("expected True or False; when it stands is said by clock=…")
    if value:
        idp.clock.freeze()


def _plan(idp: "MockIdp", value: Any, *, often: str) -> None:
    order: Order = getattr(idp.faults, often)
    for one in _several(value, (str, Mapping)):
        if isinstance(one, str):
            order(one)
        elif isinstance(one, Mapping):
            order(**one)
        else:
            raise TypeError('expected a fault by name, a mapping such as {"fault": "expired", "realm": …}, or a list')


def _add(idp: "MockIdp", value: Any, *, to: str) -> None:
    add: Order = getattr(idp, to).add
    for one in _several(value, (Mapping,)):
        if not isinstance(one, Mapping):
            raise TypeError('expected a mapping such as {"realm": "storefront", …}, or a list of them')
        add(**one)


def _let_live(idp: "MockIdp", value: Any, *, of: Lifetime) -> None:
    idp.provider.lifetimes.set(of, value)


def _several(value: Any, single: tuple[type, ...]) -> Iterable[Any]:
    return value if isinstance(value, Iterable) and not isinstance(value, single) else (value,)


# In the order in which they are carried out: a clock that stands is set to exactly the time that is asked for.
ARGUMENTS: Final[Mapping[str, Apply]] = MappingProxyType(
    {
        "frozen": _freeze,
        "clock": _set_clock,
        **{f"{of}_lifetime": partial(_let_live, of=cast("Lifetime", of)) for of in get_args(Lifetime)},
        "users": partial(_add, to="users"),
        "clients": partial(_add, to="clients"),
        "fault": partial(_plan, often="next"),
        "always": partial(_plan, often="always"),
    }
)
