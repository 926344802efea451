"""The page about other verifiers: what it lists, and `python -m other_verifiers_page`, which renews that."""

import re
from collections.abc import Iterator
from pathlib import Path

import key_clients
import other_verifiers
from other_verifiers import LIBRARIES, LIES, NOT_COMPARED, REFUSED

PAGE = Path(__file__).parents[1] / "docs" / "howto" / "other-verifiers.md"
MADE = re.compile(r"(?<=<!-- made by make verifiers: )(\w+)( -->\n)(.*?)(?=<!-- end -->)", re.DOTALL)
CLIENTS = (key_clients.PYJWT, key_clients.JOSE)

Columns = dict[str, dict[str, str]]


def made() -> dict[str, str]:
    """Each part of the page that is made, by its name."""
    verdicts = {name: other_verifiers.column_of(name) for name in LIBRARIES}
    mixed = [lie for lie in LIES if any(column[lie] != REFUSED for column in verdicts.values())]
    agreed = [f"`{lie}`" for lie in LIES if lie not in mixed]
    outcomes = {name: key_clients.column_of(name) for name in CLIENTS}
    return {
        "versions": ", ".join(f"{name} {number}" for name, number in other_verifiers.versions().items()),
        "tokens": table("token", {f"`{lie}`": [verdicts[name][lie] for name in LIBRARIES] for lie in mixed}, LIBRARIES),
        "agreed": ", ".join(agreed),
        "rest": ", ".join(f"`{name}`" for name in sorted(NOT_COMPARED)),
        "keys": table(
            "what happens", {row: [outcomes[name][row] for name in CLIENTS] for row in outcomes[CLIENTS[0]]}, CLIENTS
        ),
    }


def table(corner: str, rows: dict[str, list[str]], columns: tuple[str, ...]) -> str:
    lines = [(corner, *columns), ("---",) * (len(columns) + 1), *((row, *cells) for row, cells in rows.items())]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def parts() -> dict[str, str]:
    """The same parts, as the page has them."""
    return {name: text.strip() for name, _, text in MADE.findall(PAGE.read_text("utf-8"))}


def listed(part: str) -> Columns:
    """A table of the page, column by column."""
    head, _, *rows = (line.strip("| ").split(" | ") for line in parts()[part].splitlines())
    return {name: {row[0]: row[at] for row in rows} for at, name in enumerate(head) if at}


def listed_verdicts(library: str) -> dict[str, str]:
    """What the page says that a library makes of each lie."""
    mixed = {name.strip("`"): cell for name, cell in listed("tokens")[library].items()}
    return {**mixed, **dict.fromkeys(_names("agreed"), REFUSED)}


def not_compared() -> frozenset[str]:
    """What the page says is left out."""
    return frozenset(_names("rest"))


def _names(part: str) -> Iterator[str]:
    return (name.strip("`") for name in parts()[part].split(", "))


def renew() -> None:
    """Write what was found into the page."""
    found = made()
    text = MADE.sub(lambda part: f"{part[1]}{part[2]}{found[part[1]]}\n", PAGE.read_text("utf-8"))
    PAGE.write_text(text, "utf-8")


if __name__ == "__main__":
    renew()
