"""CORS at the token endpoint, and nowhere else."""

import pytest
from httpx2 import Response
from oro import BASE, Oro, refused_client
from oro_rows import FROM_5_1, V50, covers

APP = "https://app.example"
CORS = ("access-control-allow-origin", "access-control-allow-methods", "access-control-allow-headers")


def options(oro: Oro, origin: str | None = APP, method: str | None = "POST") -> Response:
    headers = {"Origin": origin, "Access-Control-Request-Method": method}
    return oro.http.options("/oauth2-token", headers={name: value for name, value in headers.items() if value})


@covers("D1")
@pytest.mark.parametrize("origin", [None, BASE])
def test_whoever_is_of_no_other_origin_is_told_the_methods(version: str, origin: str | None) -> None:
    answer = options(Oro(version, cors_origins=(APP,)), origin)

    assert (answer.status_code, answer.text) == (200, "")
    assert answer.headers["allow"] == "OPTIONS, POST"
    assert not any(name in answer.headers for name in CORS)


@covers("D2")
@pytest.mark.parametrize("allowed", [(APP,), ("*",), ("https://other.example", APP)])
def test_a_preflight_of_an_allowed_origin_is_told_all(version: str, allowed: tuple[str, ...]) -> None:
    answer = options(Oro(version, cors_origins=allowed))

    assert (answer.status_code, answer.text) == (200, "")
    assert answer.headers["access-control-allow-origin"] == APP
    assert answer.headers["access-control-allow-methods"] == "OPTIONS, POST"
    assert answer.headers["access-control-max-age"] == "600"
    assert answer.headers["cache-control"] == "max-age=600, public"
    assert answer.headers["vary"] == "Origin"
    assert "allow" not in answer.headers


@covers("D2", versions=V50)
def test_5_0_allows_one_header(version: str) -> None:
    answer = options(Oro(version, cors_origins=(APP,), cors_headers=("X-Mine",)))

    assert answer.headers["access-control-allow-headers"] == "Content-Type"


@covers("D2", versions=FROM_5_1)
def test_later_versions_allow_more_headers_and_configured_ones(version: str) -> None:
    assert options(Oro(version)).headers["access-control-allow-headers"] == "Authorization,Content-Type"
    answer = options(Oro(version, cors_headers=("X-Mine", "X-Yours")))
    assert answer.headers["access-control-allow-headers"] == "Authorization,Content-Type,X-Mine,X-Yours"


@covers("D2")
def test_a_preflight_of_another_origin_is_told_all_but_that_it_may(version: str) -> None:
    answer = options(Oro(version, cors_origins=("https://other.example",)))

    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["access-control-allow-methods"] == "OPTIONS, POST"
    assert "allow" not in answer.headers


@covers("D2")
def test_a_preflight_need_not_be_kept(version: str) -> None:
    answer = options(Oro(version, cors_origins=(APP,), cors_max_age=0))

    assert "access-control-max-age" not in answer.headers
    assert "cache-control" not in answer.headers
    assert "vary" not in answer.headers


@covers("D3")
def test_without_a_method_it_is_no_preflight(version: str) -> None:
    answer = options(Oro(version, cors_origins=(APP,)), method=None)

    assert answer.headers["access-control-allow-origin"] == APP
    assert answer.headers["allow"] == "OPTIONS, POST"
    assert "access-control-allow-methods" not in answer.headers


@covers("D4")
@pytest.mark.parametrize(
    ("allowed", "shared"), [((APP,), APP), (("*",), APP), ((), None), (("https://other.example",), None)]
)
def test_answers_and_refusals_are_shared_alike(version: str, allowed: tuple[str, ...], shared: str | None) -> None:
    oro = Oro(version, cors_origins=allowed)
    form = {"grant_type": "client_credentials", "client_id": "storefront-service"}

    good = oro.http.post(
        "/oauth2-token", data={**form, "client_secret": "storefront-service-secret"}, headers={"Origin": APP}
    )
    bad = oro.http.post("/oauth2-token", data=form, headers={"Origin": APP})

    assert good.status_code == 200
    refused_client(bad)
    for answer in (good, bad):
        assert answer.headers.get("access-control-allow-origin") == shared


@covers("D4")
def test_our_own_origin_needs_no_sharing(version: str) -> None:
    answer = Oro(version, cors_origins=("*",)).http.post("/oauth2-token", headers={"Origin": BASE})

    assert "access-control-allow-origin" not in answer.headers


@covers("D5")
def test_authorize_is_shared_with_nobody(version: str) -> None:
    oro = Oro(version, cors_origins=("*",))
    asked = oro.http.get(oro.address(), params=oro.asking(), headers={"Origin": APP})
    preflight = oro.http.options(oro.address(), headers={"Origin": APP, "Access-Control-Request-Method": "GET"})

    for answer in (asked, preflight):
        assert not any(name in answer.headers for name in CORS)
