"""The reference pages name everything that there is to name, and nothing that is not there."""

import dataclasses
import re
from pathlib import Path

import pytest

import mockidp
import realmgate
from mockidp import Client, Config, Lifetimes, MockIdp, Realm, User
from mockidp.cli import main

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def page(name: str) -> str:
    return (REFERENCE / f"{name}.md").read_text("utf-8")


def first_column(text: str, heading: str) -> set[str]:
    """The names in the first column of the table under a heading."""
    section = re.split(r"^## ", text.partition(f"## {heading}")[2], maxsplit=1, flags=re.MULTILINE)[0]
    cells = re.findall(r"^\| (`.+?) \|", section, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def test_every_argument_of_a_realm_is_explained() -> None:
    arguments = {field.name for field in dataclasses.fields(realmgate.Realm) if field.init}
    assert first_column(page("gate"), "`Realm(") == arguments


def test_every_property_of_a_principal_is_explained() -> None:
    names = {name for name in dir(realmgate.Principal) if not name.startswith("_")}
    assert first_column(page("gate"), "Who is there") == names


@pytest.mark.parametrize("name", realmgate.__all__)
def test_every_public_name_of_the_gate_is_mentioned(name: str) -> None:
    assert re.search(rf"\b{name}\b", page("gate"))


@pytest.mark.parametrize("name", mockidp.__all__)
def test_every_public_name_of_the_provider_is_mentioned(name: str) -> None:
    assert re.search(rf"\b{name}\b", page("mockidp") + page("configuration"))


@pytest.mark.parametrize(
    ("struct", "heading"),
    [(Config, "At the top"), (Lifetimes, "Lifetimes"), (Realm, "A realm"), (Client, "A client")],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_key_of_the_file_is_explained(struct: type[Config], heading: str) -> None:
    assert first_column(page("configuration"), heading) == set(struct.__struct_fields__)


@pytest.mark.parametrize("name", User.__struct_fields__)
def test_every_key_of_a_user_is_explained(name: str) -> None:
    assert f"`{name}`" in page("configuration")


def test_every_flag_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    flags = set(re.findall(r"(?<!\w)--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    said = set(re.findall(r"(?<!\w)--[a-z-]+", page("configuration") + page("mockidp")))
    assert flags <= said


# The machinery itself, for whoever looks inside.
INSIDE = {"app", "config", "provider"}


@pytest.mark.parametrize(
    "name", sorted(name for name in dir(MockIdp) if not name.startswith("_") and name not in INSIDE)
)
def test_everything_a_mock_can_do_is_explained(name: str) -> None:
    assert re.search(rf"\b{name}\b", page("mockidp"))
