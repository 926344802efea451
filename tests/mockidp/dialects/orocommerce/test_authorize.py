"""The authorization endpoints: where people are sent, what they are asked, and how the client is answered."""

from urllib.parse import quote_plus

import pytest
from httpx2 import Response
from oro import (
    CALLBACK,
    CHALLENGE,
    Oro,
    answer_in,
    claims_of,
    is_page,
    refused_client,
    refused_request,
    token_in,
    with_callbacks,
)
from oro_rows import ALL, FROM_5_1, OWN_LOGIN, V50, V61, covers

DENIED = quote_plus("The resource owner or authorization server denied the request.")


@covers("A1", "A2", versions=OWN_LOGIN)
@pytest.mark.parametrize(
    ("client", "login"),
    [("storefront-web", "/oauth2-token/login"), ("backoffice-web", "/admin/oauth2-token/login")],
)
def test_whoever_is_not_logged_in_is_sent_to_the_login_page_of_oauth(version: str, client: str, login: str) -> None:
    oro = Oro(version)

    sent = oro.ask(client, state="s")

    assert sent.status_code == 302
    assert sent.headers["location"] == login
    # The address asked for is kept in the session, not in the query: the login page knows the client from there.
    assert 'Sign in to continue to "The &#34;web&#34;".' in oro.http.get(login).text


@covers("A3", versions=V61)
@pytest.mark.parametrize(
    ("client", "login"), [("storefront-web", "/customer/user/login"), ("backoffice-web", "/admin/user/login")]
)
def test_whoever_is_not_logged_in_is_sent_to_the_ordinary_login_page(version: str, client: str, login: str) -> None:
    oro = Oro(version)

    sent = oro.ask(client)

    assert sent.status_code == 302
    assert sent.headers["location"] == login
    assert oro.http.get(login).status_code == 200
    for gone in ("/oauth2-token/login", "/admin/oauth2-token/login"):
        assert is_page(oro.http.get(gone), 404)


@covers("A8")
@pytest.mark.parametrize("realm", ["storefront", "backoffice"])
def test_the_consent_page_has_orocommerces_fields_and_words(version: str, realm: str) -> None:
    oro = Oro(version)
    oro.log_in(realm)

    page = oro.ask(f"{realm}-web")

    assert is_page(page, 200)
    assert '<h1>"The &#34;web&#34;" wants to access your account.</h1>' in page.text
    assert '<form id="form" class="choice" method="post">' in page.text  # no action: back to the same address
    assert '<input type="hidden" name="grantAccess" id="grantAccess">' in page.text
    assert 'id="grantBtn" name="grantAccess" value="true">Grant</button>' in page.text
    assert 'id="cancelBtn" name="grantAccess" value="false">Cancel</button>' in page.text
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["x-content-type-options"] == "nosniff"


@covers("A9")
@pytest.mark.parametrize("realm", ["storefront", "backoffice"])
def test_a_grant_leads_to_the_client_with_a_code(version: str, realm: str) -> None:
    oro = Oro(version)
    oro.log_in(realm)

    granted = answer_in(oro.decide(client=f"{realm}-web", state="a b&c", redirect_uri=CALLBACK))

    assert granted["state"] == "a b&c"
    assert granted["code"].startswith("def502")
    assert list(granted) == ["code", "state"]


@covers("A9")
def test_an_address_with_a_query_gets_another_parameter(version: str) -> None:
    oro = Oro(version, config=with_callbacks(version, f"{CALLBACK}?from=oro"))
    oro.log_in()

    location = oro.decide(state="s").headers["location"]

    assert location.startswith(f"{CALLBACK}?from=oro&code=def502")
    assert location.endswith("&state=s")


@covers("A9")
def test_parameters_are_read_from_the_address_only(version: str) -> None:
    oro = Oro(version)
    oro.log_in()
    page = oro.ask(state="of the address")
    form = {"_csrf_token": token_in(page), "grantAccess": "true", "state": "of the body", "client_id": "nobody"}

    assert answer_in(oro.http.post(str(page.request.url), data=form))["state"] == "of the address"
    in_the_body = oro.http.post(oro.address(), data={**oro.asking(), **form})
    assert in_the_body.json()["error"] == "unsupported_grant_type"


@covers("A9")
def test_of_two_values_the_last_one_counts_as_in_php(version: str) -> None:
    oro = Oro(version)
    oro.log_in()
    page = oro.ask()
    pressed = f"grantAccess=&_csrf_token={quote_plus(token_in(page))}&grantAccess=true"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    assert "code" in answer_in(oro.http.post(str(page.request.url), content=pressed, headers=headers))


@covers("A10")
@pytest.mark.parametrize("answer", ["false", "True", "1", "true ", "", None])
def test_whatever_is_not_the_word_true_is_a_denial(version: str, answer: str | None) -> None:
    oro = Oro(version)
    oro.log_in()

    location = oro.decide(answer, state="a/b").headers["location"]

    assert location == (
        f"{CALLBACK}?state=a%2Fb&error=access_denied&error_description={DENIED}"
        f"&hint=The+user+denied+the+request&message={DENIED}"
    )


@covers("A10")
def test_a_denial_without_a_state_has_one_separator_too_many(version: str) -> None:
    oro = Oro(version)
    oro.log_in()

    assert oro.decide("false").headers["location"] == (
        f"{CALLBACK}?&error=access_denied&error_description={DENIED}&hint=The+user+denied+the+request&message={DENIED}"
    )


@covers("A11", versions=V50)
@pytest.mark.parametrize("token", ["", "forged", None])
def test_the_form_token_of_the_consent_page_is_checked(version: str, token: str | None) -> None:
    oro = Oro(version)
    oro.log_in()
    page = oro.ask()
    form = {"grantAccess": "true", **({} if token is None else {"_csrf_token": token})}

    refused_request(oro.http.post(str(page.request.url), data=form), "Check the `_csrf_token` parameter")


@covers("A11", versions=FROM_5_1)
def test_the_form_token_of_the_consent_page_is_there_but_not_checked(version: str) -> None:
    oro = Oro(version)
    oro.log_in()
    page = oro.ask()

    assert token_in(page)
    assert "code" in answer_in(oro.http.post(str(page.request.url), data={"grantAccess": "true"}))


@covers("A18")
@pytest.mark.parametrize(
    ("logged_in_at", "client"), [("storefront", "backoffice-web"), ("backoffice", "storefront-web")]
)
def test_a_client_of_the_other_application_is_not_there(version: str, logged_in_at: str, client: str) -> None:
    oro = Oro(version)
    oro.log_in(logged_in_at)

    assert is_page(oro.ask(client, realm=logged_in_at), 404)
    assert is_page(oro.http.post(oro.address(logged_in_at), params=oro.asking(client)), 404)


@covers("A24", versions=FROM_5_1)
def test_a_trusted_client_gets_its_code_without_a_question(version: str) -> None:
    oro = Oro(version)
    oro.log_in()

    assert answer_in(oro.ask("storefront-trusted", state="s"))["state"] == "s"


@covers("A24", versions=V50)
def test_before_there_were_trusted_clients_everybody_is_asked(version: str) -> None:
    oro = Oro(version)
    oro.log_in()

    assert is_page(oro.ask("storefront-trusted"), 200)


@covers("A25", versions=V61)
def test_a_visitor_gets_a_code_without_logging_in_and_is_a_new_one_each_time(version: str) -> None:
    oro = Oro(version)
    subjects = set()
    for _ in range(2):
        code = answer_in(visit(oro, state="s"))["code"]
        subjects.add(claims_of(oro.redeem(code).json()["access_token"])["sub"])

    assert len(subjects) == 2
    assert all(subject.startswith("visitor:") and subject.count(":") == 1 for subject in subjects)


@covers("A25", versions=V61)
def test_there_are_no_visitors_at_the_back_office(version: str) -> None:
    oro = Oro(version)

    assert is_page(visit(oro, client="backoffice-web"), 404)
    assert is_page(oro.http.get("/admin/oauth2-token/authorize-visitor", params=oro.asking("backoffice-web")), 404)


@covers("A25", versions=V61)
def test_a_visitors_request_is_refused_like_any_other(version: str) -> None:
    oro = Oro(version)

    refused_client(visit(oro, client="nobody"))
    refused_client(visit(oro, redirect_uri="https://evil.example/"))
    refused_request(visit(oro, client="storefront-public"), "Code challenge must be provided for public clients")


@pytest.mark.parametrize("version", ["5.0", "5.1", "6.0"])
def test_before_6_1_visitors_cannot_authorize(version: str) -> None:
    assert is_page(visit(Oro(version)), 404)


@covers("A26", versions=V61)
@pytest.mark.parametrize("visitor_token", ["real", "forged"])
def test_a_visitor_token_at_authorize_changes_nothing_that_a_client_sees(version: str, visitor_token: str) -> None:
    oro = Oro(version)
    token = oro.password(user="guest", password="guest").json()["access_token"] if visitor_token == "real" else "x"
    oro.log_in()

    code = answer_in(oro.decide(visitor_access_token=token))["code"]

    assert claims_of(oro.redeem(code).json()["access_token"])["sub"] == "ann@example.com"


@covers("A28")
def test_a_client_that_may_not_use_codes_gets_one_and_cannot_use_it(version: str) -> None:
    oro = Oro(version)
    code = oro.code("storefront-app")

    refused_client(oro.redeem(code, "storefront-app"))


@covers("A29")
def test_there_is_no_logout_and_tokens_outlive_the_browsers_session(version: str) -> None:
    oro = Oro(version)
    tokens = oro.redeem(oro.code()).json()
    oro.new_browser()

    for path in ("/oauth2-token/logout", "/admin/oauth2-token/logout"):
        assert is_page(oro.http.get(path), 404)
    assert oro.ask().headers["location"].endswith("/login")
    assert not oro.is_dead(tokens["access_token"])


@pytest.mark.parametrize("version", ALL)
def test_whoever_has_been_disabled_is_no_longer_logged_in(version: str) -> None:
    oro = Oro(version)
    oro.log_in()
    assert oro.provider.shop
    oro.provider.shop.accounts.set_user("storefront", "ann@example.com", "disabled")

    assert oro.ask().status_code == 302


def test_the_challenge_goes_into_the_code() -> None:
    oro = Oro("6.1")
    code = oro.code("storefront-public", code_challenge=CHALLENGE, code_challenge_method="S256")

    refused_request(oro.redeem(code, "storefront-public", secret=None), "Check the `code_verifier` parameter")


def visit(oro: Oro, client: str = "storefront-web", **more: str) -> Response:
    return oro.http.get("/oauth2-token/authorize-visitor", params=oro.asking(client, **more))
