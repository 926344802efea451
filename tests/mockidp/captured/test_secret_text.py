import copy
import json
import pickle
from typing import Any

import pytest

from mockidp.captured.secret_text import HIDDEN, SecretText, secret, with_secrets_hidden

S = SecretText("s3cret")


def test_a_secret_is_a_text_like_any_other() -> None:
    assert S == "s3cret"
    assert {S: 1} == {"s3cret": 1}
    assert {"code": S} == {"code": "s3cret"}
    assert (f"{S}", str(S), S[:2], json.dumps(S)) == ("s3cret", "s3cret", "s3", '"s3cret"')
    assert type(str(S)) is str
    assert pickle.loads(pickle.dumps(S)) == copy.deepcopy(S) == "s3cret"  # noqa: S301  # our own


def test_what_holds_it_does_not_show_it() -> None:
    for holder in (S, [S], ("code", S), {"code": S}, {S}, {"a": [("code", S)]}):
        assert "s3cret" not in repr(holder)
        assert HIDDEN in repr(holder)


def test_every_text_in_json_is_a_secret_and_no_name() -> None:
    said = {"a": ["x", {"b": "y"}], "n": 1, "t": None}
    assert secret(said) == said
    assert repr(secret(said)) == "{'a': [[hidden], {'b': [hidden]}], 'n': 1, 't': None}"


@pytest.mark.parametrize(
    ("left", "right", "shown"),
    [
        (S, "other", "([hidden], [hidden])"),
        ("other", S, "([hidden], [hidden])"),
        (
            {"code": S, "a": "1"},
            {"code": "0ther", "a": "2"},
            "({'code': [hidden], 'a': '1'}, {'code': [hidden], 'a': '2'})",
        ),
        ((("code", S), ("a", "1")), (("code", "0ther"),), "((('code', [hidden]), ('a', '1')), (('code', [hidden]),))"),
        ([("code", S)], [("c", "s3cret")], "([('code', [hidden])], [('c', [hidden])])"),
        ({("code", S)}, frozenset({("code", "0")}), "({('code', [hidden])}, frozenset({('code', [hidden])}))"),
        ({"a": {"b": S}}, {"a": {"b": ["x"]}}, "({'a': {'b': [hidden]}}, {'a': {'b': [[hidden]]}})"),
        (("code", "s3cret"), (("code", S),), "(('code', [hidden]), (('code', [hidden]),))"),
        ({"code": S}, None, "({'code': [hidden]}, None)"),
        ({"code": S}, {"code": 1, 2: b"x"}, "({'code': [hidden]}, {'code': 1, 2: b'x'})"),
    ],
)
def test_what_is_secret_on_one_side_is_hidden_on_the_other(left: Any, right: Any, shown: str) -> None:
    hidden = with_secrets_hidden(left, right)
    assert repr(hidden) == shown
    assert hidden == (left, right)


def test_without_a_secret_there_is_nothing_to_hide_and_nothing_of_others_is_touched() -> None:
    class Odd(dict[str, str]):
        def items(self) -> Any:
            raise AssertionError("nobody looks into what is not built in")

    assert with_secrets_hidden({"code": "x"}, (Odd(a="b"), [1, "a"], "a")) is None
    assert with_secrets_hidden([S], Odd(a="b")) == ([S], Odd(a="b"))
