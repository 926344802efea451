from typing import Any

import pytest

from realmgate import claim_readings as subjects
from realmgate.errors import TokenRejected


@pytest.mark.parametrize(
    ("claims", "client"),
    [
        ({"client_id": "a"}, "a"),
        ({"azp": "a"}, "a"),
        ({"cid": "a"}, "a"),
        ({"appid": "a"}, "a"),
        ({"client_id": "a", "azp": "b", "cid": "c", "appid": "d"}, "a"),
        ({}, ""),
        ({"aud": "a"}, ""),
        ({"clientId": "a", "client": "b", "applicationId": "c"}, ""),
    ],
)
def test_providers_call_the_client_by_several_names_and_the_first_counts(claims: dict[str, Any], client: str) -> None:
    assert subjects.some_client_id(claims) == client


@pytest.mark.parametrize("odd", [None, 5, True, ["a"], {"id": "a"}])
def test_a_client_that_is_no_text_is_none_and_gives_way_to_no_other(odd: Any) -> None:
    assert subjects.some_client_id({"client_id": odd, "azp": "a"}) == ""


@pytest.mark.parametrize("odd", [None, 5, ["casey"], "casey\r\nadmin", "casey\0"])
def test_a_subject_is_a_text_of_one_line(odd: Any) -> None:
    for read in (subjects.subject, subjects.subject_or_nobody, subjects.subject_if_any):
        with pytest.raises(TokenRejected):
            read({"sub": odd})


def test_who_may_be_nobody_differs() -> None:
    for read in (subjects.subject, subjects.subject_or_nobody):
        with pytest.raises(TokenRejected):
            read({})
    assert subjects.subject_if_any({}) == ""
    with pytest.raises(TokenRejected):
        subjects.subject({"sub": ""})
    assert subjects.subject_or_nobody({"sub": ""}) == ""


def test_scope_goes_before_scp() -> None:
    assert subjects.scope_or_scp({"scope": "a", "scp": "b"}) == {"a"}
    assert subjects.scope_or_scp({"scp": ["b"]}) == {"b"}
    assert subjects.scope_or_scp({}) == frozenset()


@pytest.mark.parametrize(
    ("given", "read"),
    [(["a", {"value": "b"}, 5, "c"], {"a", "c"}), ([], set()), ("a b", set()), ({"a": "b"}, set()), (None, set())],
)
def test_roles_are_the_texts_of_an_array(given: Any, read: Any) -> None:
    assert subjects.roles({"roles": given}) == read
