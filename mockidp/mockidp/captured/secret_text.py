"""A text that is a secret: equal to any other text like it, but hidden where something prints what holds it."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

HIDDEN: Final = "[hidden]"
_PAIR: Final = 2  # a name and its value
_SEVERAL: Final = (tuple, list, set, frozenset)


class SecretText(str):
    """A text whose `repr` hides it, and thereby that of every list, dictionary and failed assertion that it is in.

    `str(…)`, slices and whatever is made of it are texts as any other.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return HIDDEN


def secret(value: Any) -> Any:
    """What JSON says, with every text in it as a secret, names of members apart."""
    match value:
        case str():
            return SecretText(value)
        case list():
            return [secret(item) for item in value]
        case dict():
            return {name: secret(item) for name, item in value.items()}
        case _:
            return value


def with_secrets_hidden(left: Any, right: Any) -> tuple[Any, Any] | None:
    """Both sides of a comparison, each without what is a secret on the other too, by its value or by its name.

    None where there is no secret. Only built-in containers are looked into.
    """
    found = [*_secrets("", left), *_secrets("", right)]
    names, texts = {name for name, _ in found}, {text for _, text in found}
    return (_hidden("", left, names, texts), _hidden("", right, names, texts)) if found else None


def _secrets(name: object, value: Any) -> Iterator[tuple[object, str]]:
    if type(value) is SecretText:
        yield name, value
    for inner_name, inner in _inside(name, value):
        yield from _secrets(inner_name, inner)


def _hidden(name: object, value: Any, names: set[object], texts: set[str]) -> Any:
    kind = type(value)
    if kind is str:
        return SecretText(value) if value in texts or name in names else value
    if kind is not dict and kind not in _SEVERAL:
        return value
    inside = [(inner_name, _hidden(inner_name, inner, names, texts)) for inner_name, inner in _inside(name, value)]
    return dict(inside) if kind is dict else kind(inner for _, inner in inside)


def _inside(name: object, value: Any) -> Iterable[tuple[object, Any]]:
    """What is in a container, each under its name; the second of a pair is under the first."""
    kind: type[object] = type(value)
    if kind is dict:
        members: Iterable[tuple[object, Any]] = value.items()
        return members
    if kind is tuple and len(value) == _PAIR and type(value[0]) is str:
        return zip((name, value[0]), value, strict=True)
    return ((name, item) for item in value) if kind in _SEVERAL else ()
