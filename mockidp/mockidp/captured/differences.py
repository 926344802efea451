"""What of some pairs of name and value is not as somebody wants it, said without secrets."""

from collections.abc import Callable, Iterator, Mapping

from .secret_text import HIDDEN


def differences(
    pairs: tuple[tuple[str, str], ...], wanted: Mapping[str, str], plain: Callable[[str], bool]
) -> Iterator[str]:
    """A line for each name that is not there once, with this value, among others. Only `plain` ones are shown."""
    for name, value in wanted.items():
        came = [one for other, one in pairs if other == name]
        if came != [value]:
            yield _line(name, value, came, plain=plain(name))


def _line(name: str, value: str, came: list[str], *, plain: bool) -> str:
    wanted = repr(value) if plain else HIDDEN
    if not came:
        return f"  {name}: expected {wanted}, and it is not there"
    said = ", ".join(repr(one) if plain else HIDDEN for one in came)
    return f"  {name}: expected {wanted}, got {said}{'' if plain else ', which is something else'}"
