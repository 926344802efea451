import time

import pytest

from mockidp.config_sources.file_formats import READERS, reader_of
from mockidp.errors import ConfigError


@pytest.mark.parametrize(
    ("suffix", "text", "line"),
    [
        (".json", '{"a": {\n"b": 1,\n"b": 2}}', 3),
        (".json", '{\n\t"a": "\\ud83d\\ude00",\n\t"a": 2}', 3),
        (".yaml", "a:\n  b: 1\n  b: 2\n", 3),
        (".yaml", '"a": 1\na: 2\n', 2),
        (".yml", "a: &x {b: 1}\nc:\n  <<: *x\n  <<: *x\n", 4),
    ],
)
def test_a_name_that_is_given_twice_is_refused_with_its_line(suffix: str, text: str, line: int) -> None:
    with pytest.raises(ConfigError, match=r"expected each name only once, but found '(a|b|<<)' again") as caught:
        reader_of(suffix)(text)
    assert caught.value.line == line


def test_a_large_configuration_is_read_in_no_time() -> None:
    text = '{"a": [' + ", ".join(['{"b": "c"}'] * 60_000) + "]}"
    began = time.thread_time()
    assert len(reader_of(".json")(text).settings["a"]) == 60_000
    assert time.thread_time() - began < 20


def test_toml_refuses_it_too() -> None:
    with pytest.raises(ConfigError, match=r"is not TOML: .*\(at line 2"):
        reader_of(".toml")("a = 1\na = 2\n")


@pytest.mark.parametrize("suffix", [".json", ".yaml"])
@pytest.mark.parametrize("text", ["[]", '"a"', "1", "[1, 2]"])
def test_what_is_not_settings_by_name_is_refused(suffix: str, text: str) -> None:
    with pytest.raises(ConfigError, match="expected settings by name at the top"):
        reader_of(suffix)(text)


@pytest.mark.parametrize("text", ["", "NaN", '{"a": NaN}', '{"a": Infinity}', "{'a': 1}", '{"a": 1,}', '{"a": 1} x'])
def test_what_is_nearly_json_is_none(text: str) -> None:
    with pytest.raises(ConfigError, match="is not JSON"):
        reader_of(".json")(text)


@pytest.mark.parametrize("suffix", [".json", ".yaml"])
@pytest.mark.parametrize("text", ['{"a": [{"b": "x\\ud800"}]}', '{"\\udfff": 1}'])
def test_half_of_a_character_is_refused(suffix: str, text: str) -> None:
    with pytest.raises(ConfigError, match="expected texts of whole characters"):
        reader_of(suffix)(text)
    assert reader_of(".json")('{"a": "\\ud83d\\ude00"}').settings == {"a": "\U0001f600"}


@pytest.mark.parametrize("suffix", sorted(READERS))
def test_the_suffix_is_read_in_any_case(suffix: str) -> None:
    assert reader_of(suffix.upper()) is READERS[suffix]


def test_json_tells_the_line_of_a_place() -> None:
    document = reader_of(".json")('{"a": [\n\t{"b":1},\n {"b": 2}]}')
    assert [document.line(place) for place in ("a", "a[0].b", "a[1].b", "a[1].c", "a[9]", "", "z")] == [
        *(1, 2, 3, 3, 1, None, None)
    ]


def test_a_name_given_twice_before_something_that_is_not_even_yaml_is_refused() -> None:
    with pytest.raises(ConfigError, match="expected each name only once"):
        reader_of(".json")('{"a": {"b": 1, "b": 2}, "c": "\\UFFFFFFFF"}')


def test_in_a_large_file_no_line_is_looked_for() -> None:
    text = '{"a": [' + ", ".join(['{"b": "c"}'] * 20_000) + "]}"
    began = time.thread_time()
    assert reader_of(".json")(text).line("a[19999].b") is None
    with pytest.raises(ConfigError, match="expected each name only once") as caught:
        reader_of(".json")('{"x": 1, "x": 2, ' + text[1:])
    assert caught.value.line is None
    assert time.thread_time() - began < 20


@pytest.mark.parametrize(
    "text",
    [
        "a." * 100_000 + "a = 1",
        "b = 1\n[" + "a." * 51 + "a]",
        "b = {" + "'a' . \"b\"." * 51 + "a = 1}",
        "x" * 250_000,
        "'\"" * 120_000,
        "a." * 49 + "a" * 200_000,
    ],
    ids=["key", "table", "quoted", "word", "quotes", "long"],
)
def test_toml_of_names_without_end_is_refused_at_once(text: str) -> None:
    began = time.thread_time()
    with pytest.raises(ConfigError):
        reader_of(".toml")(text)
    assert time.thread_time() - began < 20


def test_the_line_of_a_name_of_too_many_parts_is_told_and_fewer_are_fine() -> None:
    with pytest.raises(ConfigError, match="expected names of at most 50 parts") as caught:
        reader_of(".toml")("b = 1\n" + "a." * 50 + "a = 1\n")
    assert caught.value.line == 2
    assert reader_of(".toml")("a." * 49 + "a = 1\nb = '1. 2.'\n").settings["b"] == "1. 2."
