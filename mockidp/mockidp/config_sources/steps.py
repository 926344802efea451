"""The way through settings to a place such as `realms[0].name`, step by step: names may hold dots and brackets, too."""

import re
from typing import Any, Final

Way = tuple[str | int, ...]

_ITEM: Final = re.compile(r"\[(\d+)\]\.?")


def way_to(settings: Any, place: str) -> Way:
    """The names and positions on the way to a place, as far as there are such settings."""
    way: list[str | int] = []
    while place and (found := _step(settings, place)):
        step, place = found
        way.append(step)
        settings = settings[step]
    return tuple(way)


def leads(settings: Any, way: Way) -> bool:
    """Is there something at the end of this way?"""
    for step in way:
        there = step in settings if isinstance(settings, dict) else _has_item(settings, step)
        if not there:
            return False
        settings = settings[step]
    return True


def _has_item(settings: Any, step: str | int) -> bool:
    return isinstance(settings, list) and isinstance(step, int) and step < len(settings)


def _step(settings: Any, place: str) -> tuple[str | int, str] | None:
    """The first step, and what is left of the place after it."""
    if isinstance(settings, dict):
        begun = [name for name in settings if place.startswith(name) and place[len(name) :][:1] in {"", ".", "["}]
        name = max(begun, key=len, default=None)
        return None if name is None else (name, place[len(name) :].removeprefix("."))
    found = _ITEM.match(place)
    if found is None or not _has_item(settings, int(found[1])):
        return None
    return int(found[1]), place[found.end() :]
