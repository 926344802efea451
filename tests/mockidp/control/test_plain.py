import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockidp.control.plain import plain

SAID = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=())), inner),
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ({"a": [1, "x", None, True, 1.5]}, {"a": [1, "x", None, True, 1.5]}),
        (float("nan"), None),
        ([float("inf")], [None]),
        (10**30, str(10**30)),
        ("\ud800", "?"),
        ({"\udfff": 1}, {"?": 1}),
    ],
)
def test_what_json_can_say_stays_and_the_rest_is_said_otherwise(said: Any, meant: Any) -> None:
    assert plain(said) == meant


def test_depth_has_an_end() -> None:
    deep: Any = 1
    for _ in range(900):
        deep = [deep]
    assert "(too deep)" in json.dumps(plain(deep))


@given(SAID)
def test_whatever_python_reads_can_be_written(said: Any) -> None:
    assert json.loads(msgspec.json.encode(plain(said))) is not ...
