"""The page about other verifiers says what they really do: each is asked about every lie, and about keys that fail."""

import os

import key_clients
import other_verifiers
import other_verifiers_page as page
import pytest
from other_verifiers import HONEST, LET_IN, LIBRARIES, LIES, MISSING, NPM_LIBRARIES

# Nobody but the issuer can make what these libraries let in: each is under a good signature of the issuer's own key.
FORGERIES = [
    *(lie for lie in LIES if lie.startswith(("alg-", "hs256-", "embedded-", "other-realm"))),
    *("wrong-signature", "empty-signature", "zero-signature", "short-signature", "long-signature", "tampered"),
    *("unknown-kid", "same-kid-other-key", "kid-as-path", "jku-header", "x5u-header", "wrong-alg", "missing-alg"),
    *("kid-as-query", "kid-as-url", "kid-as-command", "empty-kid", "missing-kid-other-key", "x5c-header"),
]


def expect_here(name: str) -> None:
    if name in {*NPM_LIBRARIES, key_clients.JOSE} and not other_verifiers.npm_is_here():
        give_up = pytest.fail if os.environ.get("NPM_TESTS") == "required" else pytest.skip
        give_up(MISSING)


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_truth_is_let_in_by_each_however_it_is_set_up(library: str) -> None:
    expect_here(library)

    assert [verdicts[HONEST] for verdicts in other_verifiers.verdicts_of_all()[library]] == [True, True]


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_page_says_of_every_lie_what_each_makes_of_it(library: str) -> None:
    expect_here(library)

    assert page.listed_verdicts(library) == other_verifiers.column_of(library), "renew the page: make verifiers"


@pytest.mark.parametrize("library", LIBRARIES)
def test_strict_is_never_laxer(library: str) -> None:
    expect_here(library)
    begun, strict = other_verifiers.verdicts_of_all()[library]

    assert [lie for lie in LIES if strict[lie] and not begun[lie]] == []


@pytest.mark.parametrize("library", LIBRARIES)
def test_no_forgery_is_let_in_by_anybody(library: str) -> None:
    expect_here(library)

    assert [lie for lie in FORGERIES if page.listed_verdicts(library)[lie] != "refused"] == []
    assert LET_IN in page.listed_verdicts(library).values()


def test_the_page_names_what_it_leaves_out_and_whom_it_asked() -> None:
    versions = other_verifiers.versions()

    assert page.not_compared() == other_verifiers.NOT_COMPARED
    assert {f"{name} {number}" for name, number in versions.items()} <= set(page.parts()["versions"].split(", "))


@pytest.mark.parametrize("client", page.CLIENTS)
def test_the_page_says_what_each_client_makes_of_keys_that_fail_or_change(client: str) -> None:
    expect_here(client)

    assert page.listed("keys")[client] == key_clients.column_of(client), "renew the page: make verifiers"
