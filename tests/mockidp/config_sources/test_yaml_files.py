import time

import pytest
import yaml

from mockidp.config_sources.yaml_files import MOST_NODES, line_at, read_yaml
from mockidp.errors import ConfigError

LAUGHS = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n" + "".join(
    f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]\n" for at in range(1, 30)
)
MERGED_LAUGHS = "a0: &a0 {k: v}\n" + "".join(
    f"a{at}: &a{at}\n  <<: [{', '.join([f'*a{at - 1}'] * 9)}]\n" for at in range(1, 30)
)


@pytest.mark.parametrize("text", [LAUGHS, MERGED_LAUGHS], ids=["aliases", "merges"])
def test_a_billion_laughs_are_refused_at_once(text: str) -> None:
    began = time.monotonic()
    with pytest.raises(ConfigError, match=rf"expected at most {MOST_NODES} values, with every alias written out"):
        read_yaml(text)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: &a {b: *a}", "a: &a\n  <<: *a\n"])
def test_an_alias_inside_of_itself_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="expected no alias inside of what it stands for"):
        read_yaml(text)


def test_aliases_and_merges_of_ordinary_size_are_fine() -> None:
    found, _ = read_yaml("base: &base {scope: openid, name: a}\nclients:\n- <<: *base\n  name: b\n- *base\n")
    assert found["clients"] == [{"scope": "openid", "name": "b"}, {"scope": "openid", "name": "a"}]


@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object/apply:os.system ['true']",
        "a: !!python/name:os.system",
        "a: !made-up 1",
        "%TAG ! tag:example.com,2000:\n---\na: !foo 1",
        "a: 1\n---\nb: 2",
        "a: *nobody",
        "a: 2026-99-99",
        "a: '\x00'",
        "a: 1\n\tb: 2",
        "\ud800",
        "- " * 3000 + "x",
        "{" * 5000,
    ],
)
def test_what_is_no_plain_yaml_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        read_yaml(text)


@pytest.mark.parametrize("text", ["1: a", "on: a", "~: a", "? [a, b]\n: c", "? {a: b}\n: c", "a: {2026-01-01: b}"])
def test_a_name_that_is_no_text_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="expected a text as the name of a setting"):
        read_yaml(text)


def test_an_empty_text_is_nothing() -> None:
    assert read_yaml("# only a comment\n") == (None, None)
    assert line_at(None, ("a",)) is None


def test_what_is_read_is_what_pyyaml_reads() -> None:
    text = "a: [1, 2.5, yes, ~, 'x', |\n  b\n]\n".replace("|\n  b\n", "x y") + "b:\n  c: |\n    text\n"
    assert read_yaml(text)[0] == yaml.safe_load(text)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("!!bool x", "bool"),
        ("!!timestamp x", "timestamp"),
        ("!!int ''", "int"),
        ("!!float .", "float"),
        ("2026-99-99", "timestamp"),
        ("{y: [!!bool x]}", "bool"),
    ],
)
def test_a_value_that_is_not_what_its_tag_says_is_refused_with_its_line(value: str, kind: str) -> None:
    with pytest.raises(ConfigError, match=f"is not YAML: expected a {kind} ") as caught:
        read_yaml(f"a: 1\nx: {value}\n")
    assert caught.value.line == 2


def test_an_escape_that_is_no_character_is_refused() -> None:
    with pytest.raises(ConfigError, match="is not YAML"):
        read_yaml('x: "\\UFFFFFFFF"')
