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
    began = time.monotonic()
    assert len(reader_of(".json")(text).settings["a"]) == 60_000
    assert time.monotonic() - began < 5


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
