import os
import subprocess
import sys
import time

import pytest
import yaml

from mockidp.config_sources.yaml_files import DEEPEST, MOST_NODES, line_at, lines_of, read_yaml
from mockidp.errors import ConfigError

WITHOUT_LIBYAML = "MOCKIDP_TESTS_WITHOUT_LIBYAML"

LAUGHS = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n" + "".join(
    f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]\n" for at in range(1, 30)
)
MERGED_LAUGHS = "a0: &a0 {k: v}\n" + "".join(
    f"a{at}: &a{at}\n  <<: [{', '.join([f'*a{at - 1}'] * 9)}]\n" for at in range(1, 30)
)


@pytest.mark.parametrize("text", [LAUGHS, MERGED_LAUGHS], ids=["aliases", "merges"])
def test_a_billion_laughs_are_refused_at_once(text: str) -> None:
    began = time.thread_time()
    with pytest.raises(ConfigError, match=rf"expected at most {MOST_NODES} values, with every alias written out"):
        read_yaml(text)
    assert time.thread_time() - began < 20


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


@pytest.mark.parametrize("text", ["[" * 250_000, "- " * 125_000, "{a: " * 60_000, "? " * 125_000, "a:\n" + "[" * 60])
def test_nesting_is_refused_before_anybody_descends_into_it(text: str) -> None:
    """Whoever reads it in C has no recursion limit, but a stack that ends with the process."""
    began = time.thread_time()
    with pytest.raises(ConfigError, match=f"expected at most {DEEPEST} levels"):
        read_yaml(text)
    assert time.thread_time() - began < 20


def test_as_many_levels_as_are_allowed_are_read() -> None:
    found, _ = read_yaml("[" * DEEPEST + "x" + "]" * DEEPEST)
    assert str(found) == "[" * DEEPEST + "'x'" + "]" * DEEPEST


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="PyYAML has no libyaml here")
def test_a_large_file_is_read_by_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(_: object) -> None:
        raise AssertionError("the scanner in Python takes a second for this file")

    monkeypatch.setattr(yaml.scanner.Scanner, "fetch_more_tokens", slow)
    realm = "- name: a-warehouse-{at}\n  title: Warehouse {at}\n  users: [{{username: a, password: b}}]\n"
    text = "realms:\n" + "".join(realm.format(at=at) for at in range(3_000))
    found, node = read_yaml(text)
    assert (len(found["realms"]), line_at(node, ("realms", 2_999, "users", 0, "password"))) == (3_000, 9_001)


@pytest.mark.parametrize("text", ["a: {x:}", "%YAML 1.0\n---\na: 1", "a: '\N{FACE WITH TEARS OF JOY}'"])
def test_what_libyaml_does_not_take_is_read_as_without_it(text: str) -> None:
    assert read_yaml(text)[0] == yaml.safe_load(text)


def test_escaped_halves_of_characters_hide_no_line() -> None:
    assert line_at(lines_of('{"a": "\\ud83d\\ude02",\n "b": 1}'), ("b",)) == 2


@pytest.mark.skipif(WITHOUT_LIBYAML in os.environ, reason="this is the run without")
def test_all_of_this_holds_without_libyaml() -> None:
    code = "import sys; sys.modules['yaml._yaml'] = None; import pytest, yaml; assert not yaml.__with_libyaml__; "
    done = subprocess.run(
        [sys.executable, "-c", f"{code}sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider', {__file__!r}]))"],
        env={**os.environ, WITHOUT_LIBYAML: "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
