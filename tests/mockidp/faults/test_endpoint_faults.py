"""Answers that go wrong, over real sockets: what a client really meets."""

import http.client
import time
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest
import requests
from visitor import quick

from mockidp import MockIdp
from mockidp.faults.endpoint_faults import ENDPOINT_FAULTS, HTML_PAGE


@pytest.fixture(scope="module")
def server() -> Iterator[MockIdp]:
    with MockIdp(quick()) as idp:
        yield idp


@pytest.fixture
def idp(server: MockIdp) -> MockIdp:
    server.reset()
    return server


def keys(idp: MockIdp) -> requests.Response:
    return requests.get(f"{idp.issuer('storefront')}/jwks", timeout=10, allow_redirects=False)


@pytest.mark.parametrize("status", [503, 429, 200])
def test_another_status(idp: MockIdp, status: int) -> None:
    idp.faults.next(f"status={status}", endpoint="jwks")
    assert keys(idp).status_code == status


@pytest.mark.parametrize("fault", ["delay", "jwks-slow", "drip"])
def test_the_right_answer_after_a_while(idp: MockIdp, fault: str) -> None:
    good = keys(idp)
    idp.faults.next(f"{fault}=0.2", endpoint="jwks")
    began = time.monotonic()
    late = keys(idp)
    assert time.monotonic() - began >= 0.15
    assert (late.status_code, late.content) == (200, good.content)
    assert late.headers["content-type"] == good.headers["content-type"]


def test_a_connection_that_is_closed_without_an_answer(idp: MockIdp) -> None:
    idp.faults.next("drop", endpoint="jwks")
    with pytest.raises(requests.ConnectionError, match="without response"):
        keys(idp)


def test_a_connection_that_is_closed_in_the_middle_of_the_body(idp: MockIdp) -> None:
    whole = keys(idp).content
    idp.faults.next("truncated-body", endpoint="jwks")
    with requests.get(f"{idp.issuer('storefront')}/jwks", timeout=10, stream=True) as answer:
        assert answer.headers["content-length"] == str(len(whole))
        with pytest.raises(requests.exceptions.ChunkedEncodingError, match=str(len(whole) // 2)):
            list(answer.iter_content())


@pytest.mark.parametrize(("fault", "status"), [("html-500", 500), ("html-200", 200)])
def test_a_web_page(idp: MockIdp, fault: str, status: int) -> None:
    idp.faults.next(fault, endpoint="jwks")
    answer = keys(idp)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.content.startswith(HTML_PAGE[:15])


def test_a_redirect_leads_elsewhere(idp: MockIdp) -> None:
    idp.faults.next("redirect", endpoint="jwks")
    assert keys(idp).headers["location"] == "https://elsewhere.invalid/"


def test_the_right_body_under_another_name(idp: MockIdp) -> None:
    good = keys(idp)
    idp.faults.next("wrong-content-type", endpoint="jwks")
    answer = keys(idp)
    assert answer.content == good.content
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(("fault", "cut"), [("malformed-json", slice(-1)), ("empty", slice(0))])
def test_a_body_that_is_not_whole_but_says_so(idp: MockIdp, fault: str, cut: slice) -> None:
    good = keys(idp).content
    idp.faults.next(fault, endpoint="jwks")
    assert keys(idp).content == good[cut]


def test_an_array_where_an_object_should_be(idp: MockIdp) -> None:
    good = keys(idp).json()
    idp.faults.next("json-array", endpoint="jwks")
    assert keys(idp).json() == [good]


def test_no_keys_at_all(idp: MockIdp) -> None:
    idp.faults.next("jwks-empty")
    assert keys(idp).json() == {"keys": []}
    assert keys(idp).json() != {"keys": []}


def test_the_keys_of_before(idp: MockIdp) -> None:
    before = keys(idp).json()
    idp.keys["storefront"].rotate()
    idp.faults.next("jwks-stale")
    assert keys(idp).json() == before
    assert keys(idp).json() != before


def test_another_issuer_in_the_discovery_document(idp: MockIdp) -> None:
    idp.faults.next("discovery-wrong-issuer")
    document = requests.get(f"{idp.issuer('storefront')}/.well-known/openid-configuration", timeout=10).json()
    assert document["issuer"] == "https://issuer.invalid"
    assert document["jwks_uri"].startswith(idp.base_url)


def test_claims_about_somebody_else(idp: MockIdp) -> None:
    idp.faults.next("userinfo-wrong-sub")
    token = idp.token("storefront", subject="customer@example.com", scope="openid")
    answer = requests.get(
        f"{idp.issuer('storefront')}/userinfo", headers={"Authorization": f"Bearer {token}"}, timeout=10
    )
    assert answer.json()["sub"] == "somebody-else"


@pytest.mark.parametrize("fault", ENDPOINT_FAULTS, ids=lambda fault: fault.name)
def test_the_answer_after_it_is_right_again(idp: MockIdp, fault: str) -> None:
    name = getattr(fault, "name", "")
    idp.faults.next(f"{name}=0.01" if "seconds" in getattr(fault, "lies", "") else name)
    addresses = [f"{idp.issuer('storefront')}/{path}" for path in (".well-known/openid-configuration", "jwks")]
    for _ in range(2):
        for address in addresses:
            try:
                last = requests.get(address, timeout=10, allow_redirects=False)
            except requests.RequestException:
                continue
    assert last.json()["keys"]


@pytest.mark.parametrize(
    "fault", ["truncated-body", "malformed-json", "json-array", "empty", "wrong-content-type", "drip=0.1"]
)
def test_an_answer_without_a_body_uses_up_no_fault_of_bodies(idp: MockIdp, fault: str) -> None:
    basic = ("storefront-service", "storefront-service-secret")
    idp.faults.next(fault)
    with requests.Session() as session:
        for _ in range(2):
            answer = session.post(f"{idp.issuer('storefront')}/revoke", {"token": "x"}, auth=basic, timeout=30)
            assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "0")
    assert [due.fault for due in idp.faults.pending] == [fault]


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_that_can_have_no_body_has_none_and_the_connection_goes_on(idp: MockIdp, status: int) -> None:
    idp.faults.next(f"status={status}")
    with closing(http.client.HTTPConnection("127.0.0.1", urlsplit(idp.base_url).port, timeout=30)) as connection:
        for expected in (status, 200):  # on the same connection, where a body would be taken for the next answer
            connection.request("GET", "/storefront/jwks")
            answer = connection.getresponse()
            answer.read()
            assert answer.status == expected
            assert (answer.getheader("content-length") is None) == (expected == status)
