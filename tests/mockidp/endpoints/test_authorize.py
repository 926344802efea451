import re
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
import pytest
from httpx2 import Response
from hypothesis import given
from hypothesis import strategies as st
from visitor import BASE, Visitor, action_of, answer_in, new_provider, token_in

from mockidp.settings.config import Client, Config, Realm, User

CALLBACK = "http://127.0.0.1:8900/callback/storefront"
ASKED = {"response_type": "code", "client_id": "storefront-web", "state": "xyz"}
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636 appendix B


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


@pytest.fixture
def logged_in(visitor: Visitor) -> Visitor:
    visitor.log_in(visitor.ask(**ASKED), **{"as": "buyer@example.com"})
    return visitor


def error_in(response: Response) -> dict[str, str]:
    answer = answer_in(response)
    assert answer.pop("error_description").isascii()
    assert answer.pop("iss") == f"{BASE}/storefront"
    return answer


def test_somebody_unknown_is_sent_to_the_login_page_with_the_whole_question(visitor: Visitor) -> None:
    page = visitor.ask(**ASKED, scope="orders:read", nonce="ü")
    location = urlsplit(page.headers["location"])
    assert (page.status_code, location.netloc, location.path) == (302, "", "/oauth2-token/login")
    assert dict(parse_qsl(location.query)) == {**ASKED, "scope": "orders:read", "nonce": "ü"}


def test_the_consent_page_says_who_asks_for_what_as_whom(visitor: Visitor) -> None:
    page = visitor.consent("customer@example.com", **ASKED, scope="openid orders:read")
    for said in ("Storefront website", "Casey Customer", "orders:read", "openid"):
        assert said in page.text


def test_approval_sends_a_code_the_state_and_the_issuer_to_the_client(visitor: Visitor) -> None:
    response = visitor.submit(visitor.consent("customer@example.com", **ASKED), decision="approve")
    assert (response.status_code, response.headers["cache-control"]) == (303, "no-store")
    assert response.headers["location"].startswith(f"{CALLBACK}?code=")
    answer = answer_in(response)
    assert len(answer.pop("code")) >= 32
    assert answer == {"state": "xyz", "iss": f"{BASE}/storefront"}


def test_denial_sends_access_denied_and_the_state(visitor: Visitor) -> None:
    response = visitor.submit(visitor.consent("customer@example.com", **ASKED), decision="deny")
    assert response.headers["location"].startswith(f"{CALLBACK}?")
    assert error_in(response) == {"error": "access_denied", "state": "xyz"}


@pytest.mark.parametrize("decision", ["", "Approve", "yes", "true"])
def test_only_approve_approves(visitor: Visitor, decision: str) -> None:
    response = visitor.submit(visitor.consent("customer@example.com", **ASKED), decision=decision)
    assert error_in(response)["error"] == "access_denied"


def test_an_authorization_request_may_be_posted(visitor: Visitor) -> None:
    again = visitor.http.post("/oauth2-token/authorize", data=ASKED)
    assert (again.status_code, again.headers["location"]) == (303, f"/oauth2-token/authorize?{urlencode(ASKED)}")
    page = visitor.http.get(again.headers["location"])
    consent = visitor.http.get(visitor.log_in(page, **{"as": "buyer@example.com"}).headers["location"])
    assert answer_in(visitor.submit(consent, decision="approve"))["state"] == "xyz"


def test_a_request_partly_in_the_query_and_partly_in_the_body_is_refused(logged_in: Visitor) -> None:
    response = logged_in.http.post("/oauth2-token/authorize", params=ASKED, data={"scope": "orders:read"})
    assert response.status_code == 400
    assert "location" not in response.headers


# ---- before the address is trusted, a refusal is a page -------------------------------------------------------------


@pytest.mark.parametrize("path", ["authorize", "login"])
def test_an_unknown_client_and_one_of_another_realm_get_the_same_404_page(visitor: Visitor, path: str) -> None:
    pages = [
        visitor.http.get(f"/oauth2-token/{path}", params={**ASKED, "client_id": client_id})
        for client_id in ("nobody", "backoffice-web", "backoffice-cli", "STOREFRONT-WEB", "storefront-web ", "ü", "'")
    ]
    assert {page.status_code for page in pages} == {404}
    assert len({page.content for page in pages}) == 1
    assert len({tuple(page.headers.items()) for page in pages}) == 1


def test_a_client_is_only_known_at_the_address_of_its_realm() -> None:
    visitor = Visitor(prefix="/admin")
    assert visitor.ask(**ASKED).status_code == 404
    assert visitor.ask(response_type="code", client_id="backoffice-web").status_code == 302


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://evil.example/",
        f"{CALLBACK}/",
        f"{CALLBACK}#x",
        f"{CALLBACK}?x=1",
        "http://127.0.0.1:8900/callback",
        "http://127.0.0.1:8900/callback/backoffice",
        "http://127.0.0.1:8900/callback/storefront@evil.example",
        "javascript:alert(1)",
        "//evil.example",
        '"><script>',
    ],
)
@pytest.mark.parametrize("path", ["authorize", "login"])
def test_a_foreign_address_is_never_redirected_to(logged_in: Visitor, redirect_uri: str, path: str) -> None:
    response = logged_in.http.get(f"/oauth2-token/{path}", params={**ASKED, "redirect_uri": redirect_uri})
    assert response.status_code == 400
    assert "location" not in response.headers
    # The page names the address that is registered, of which some of these are a part.
    assert response.text.count(f" aside: {CALLBACK}</p>") == 1
    assert redirect_uri not in response.text.replace(f" aside: {CALLBACK}</p>", "</p>")


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("", id="nothing"),
        pytest.param("response_type=code", id="no client"),
        pytest.param("response_type=code&client_id=", id="empty client"),
        pytest.param("client_id=storefront-web&client_id=storefront-web", id="client twice"),
        pytest.param(f"client_id=storefront-web&redirect_uri={CALLBACK}&redirect_uri={CALLBACK}", id="address twice"),
        pytest.param("client_id=storefront-web&redirect_uri=&redirect_uri=https://evil.example/", id="address hidden"),
        pytest.param("client_id=storefront-web&state=%ff", id="not UTF-8"),
        pytest.param("client_id=storefront-web&state=%00", id="NUL"),
        pytest.param("client_id=storefront-web&" + "&".join(f"p{n}=1" for n in range(80)), id="too many"),
    ],
)
def test_a_request_of_which_nobody_knows_whose_it_is_gets_a_page(logged_in: Visitor, query: str) -> None:
    response = logged_in.http.get(f"/oauth2-token/authorize?{query}")
    assert response.status_code == 400
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "location" not in response.headers


def test_an_oversized_query_gets_a_page(visitor: Visitor) -> None:
    assert visitor.ask(**{**ASKED, "state": "x" * 20_000}).status_code == 414


@pytest.fixture
def several() -> Visitor:
    uris = ("https://a.example/cb", "https://b.example/cb")
    clients = (
        Client(client_id="two", client_secret="x", redirect_uris=uris),
        Client(client_id="none", client_secret="x"),
    )
    users = (User(username="ann", password="ann"),)
    return Visitor(new_provider(Config(realms=(Realm(name="storefront", users=users, clients=clients),))))


def test_an_address_that_is_left_out_must_be_the_only_one(several: Visitor, visitor: Visitor) -> None:
    for client_id in ("two", "none"):
        page = several.ask(response_type="code", client_id=client_id)
        assert page.status_code == 400
        assert "redirect_uri" in page.text
    response = several.submit(
        several.consent("ann", response_type="code", client_id="two", redirect_uri="https://b.example/cb"),
        decision="approve",
    )
    assert response.headers["location"].startswith("https://b.example/cb?code=")
    assert visitor.ask(**ASKED).status_code == 302


def test_a_client_that_only_acts_for_itself_gets_a_page(visitor: Visitor) -> None:
    assert visitor.ask(response_type="code", client_id="storefront-service").status_code == 400


# ---- after it, a refusal is a redirect to the client ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": 'x"\\ü'}, "unsupported_response_type"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"scope": "orders:read users:read"}, "invalid_scope"),
        ({"scope": 'ü"'}, "invalid_scope"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "S512"}, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": CHALLENGE}, "invalid_request"),
        ({"request": "x.y.z"}, "request_not_supported"),
        ({"request_uri": "https://a.example/"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "create"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"max_age": "9" * 400}, "invalid_request"),
        ({"max_age": "٣"}, "invalid_request"),
    ],
)
def test_a_wrong_request_of_a_known_client_is_answered_at_its_address(
    visitor: Visitor, changed: dict[str, str], error: str
) -> None:
    response = visitor.ask(**{**ASKED, **changed})
    assert response.headers["location"].startswith(f"{CALLBACK}?")
    assert error_in(response) == {"error": error, "state": "xyz"}


@pytest.mark.parametrize("name", ["scope", "nonce", "response_type", "code_challenge", "prompt", "unheard_of"])
def test_a_doubled_parameter_is_refused_at_the_clients_address(visitor: Visitor, name: str) -> None:
    query = urlencode([*ASKED.items(), (name, "code"), (name, "code")])
    assert error_in(visitor.http.get(f"/oauth2-token/authorize?{query}")) == {
        "error": "invalid_request",
        "state": "xyz",
    }


def test_a_doubled_state_is_not_answered_with_a_guess(visitor: Visitor) -> None:
    response = visitor.http.get(f"/oauth2-token/authorize?{urlencode(ASKED)}&state=abc")
    assert error_in(response) == {"error": "invalid_request"}


def test_a_public_client_must_bring_a_challenge(visitor: Visitor) -> None:
    spa = {"response_type": "code", "client_id": "storefront-spa"}
    assert error_in(visitor.ask(**spa)) == {"error": "invalid_request"}
    assert visitor.ask(**spa, code_challenge=CHALLENGE, code_challenge_method="S256").status_code == 302


def test_a_state_comes_back_as_it_went(visitor: Visitor) -> None:
    state = "a b&c=d;%\"'<ü>/?#+😀"
    assert visitor.answer("buyer@example.com", **{**ASKED, "state": state})["state"] == state


def test_an_unknown_parameter_is_ignored(visitor: Visitor) -> None:
    assert visitor.answer("buyer@example.com", **ASKED, colour="blue")["code"]


# ---- consent --------------------------------------------------------------------------------------------------------


def test_approval_is_asked_every_time(logged_in: Visitor) -> None:
    for _ in range(2):
        page = logged_in.ask(**ASKED)
        assert page.status_code == 200
        assert answer_in(logged_in.submit(page, decision="approve"))["code"]


def test_a_form_token_approves_exactly_what_was_shown(logged_in: Visitor) -> None:
    page = logged_in.ask(**ASKED, scope="products:read")
    other = action_of(page).replace("products%3Aread", "orders%3Aread")
    assert other != action_of(page)
    for changed in (other, f"{action_of(page)}&nonce=x", action_of(page).replace("state=xyz", "state=abc")):
        response = logged_in.http.post(changed, data={"csrf_token": token_in(page), "decision": "approve"})
        assert (response.status_code, response.headers.get("location")) == (403, None)


@pytest.mark.parametrize("token", ["", "x", None])
def test_nothing_is_approved_without_the_token_of_the_form(logged_in: Visitor, token: str | None) -> None:
    form = {"decision": "approve"} if token is None else {"decision": "approve", "csrf_token": token}
    response = logged_in.http.post(action_of(logged_in.ask(**ASKED)), data=form)
    assert (response.status_code, response.headers.get("location")) == (403, None)


def test_the_token_of_another_browser_approves_nothing(logged_in: Visitor) -> None:
    other = Visitor(logged_in.provider)
    page = other.consent("buyer@example.com", **ASKED)
    response = logged_in.http.post(action_of(page), data={"csrf_token": token_in(page), "decision": "approve"})
    assert response.status_code == 403


def test_a_consent_form_of_somebody_who_is_no_longer_logged_in_leads_to_the_login(logged_in: Visitor) -> None:
    page = logged_in.ask(**ASKED)
    logged_in.http.cookies.clear()
    response = logged_in.submit(page, decision="approve")
    assert response.headers["location"] == f"/oauth2-token/login?{urlencode(ASKED)}"


def test_a_doubled_decision_decides_nothing(logged_in: Visitor) -> None:
    page = logged_in.ask(**ASKED)
    body = urlencode({"csrf_token": token_in(page)}) + "&decision=deny&decision=approve"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    response = logged_in.http.post(action_of(page), content=body, headers=headers)
    assert (response.status_code, response.headers.get("location")) == (400, None)


# ---- prompt, max_age (OIDC Core §3.1.2.1) ---------------------------------------------------------------------------


def test_prompt_none_succeeds_after_login_and_approval_and_never_asks(logged_in: Visitor) -> None:
    silent = {**ASKED, "scope": "orders:read", "prompt": "none"}
    assert error_in(logged_in.ask(**silent)) == {"error": "consent_required", "state": "xyz"}
    logged_in.submit(logged_in.ask(**ASKED, scope="orders:read products:read"), decision="approve")
    assert answer_in(logged_in.ask(**silent))["code"]
    assert error_in(logged_in.ask(**{**silent, "scope": "openid"}))["error"] == "consent_required"


def test_what_was_approved_stays_so_when_the_client_asks_for_more_later(logged_in: Visitor) -> None:
    for scope in ("openid profile", "openid orders:read"):
        logged_in.submit(logged_in.ask(**ASKED, scope=scope), decision="approve")
    for scope in ("openid profile", "openid orders:read", "profile orders:read"):
        assert answer_in(logged_in.ask(**ASKED, scope=scope, prompt="none"))["code"]
    assert error_in(logged_in.ask(**ASKED, scope="email", prompt="none"))["error"] == "consent_required"


def test_a_denial_is_not_remembered_as_approval(logged_in: Visitor) -> None:
    logged_in.submit(logged_in.ask(**ASKED), decision="deny")
    assert error_in(logged_in.ask(**ASKED, prompt="none"))["error"] == "consent_required"


@pytest.mark.parametrize("prompt", ["login", "select_account", "login consent"])
def test_prompt_login_asks_again_once(logged_in: Visitor, prompt: str) -> None:
    page = logged_in.ask(**ASKED, prompt=prompt)
    assert urlsplit(page.headers["location"]).path == "/oauth2-token/login"
    back = logged_in.log_in(page, **{"as": "customer@example.com"}).headers["location"]
    consent = logged_in.http.get(back)
    assert consent.status_code == 200
    assert "Casey Customer" in consent.text
    assert dict(parse_qsl(urlsplit(back).query)).get("prompt") == ("consent" if "consent" in prompt else None)


def test_a_login_older_than_max_age_is_asked_for_again(logged_in: Visitor) -> None:
    assert logged_in.ask(**ASKED, max_age="60").status_code == 200
    logged_in.provider.clock.advance(seconds=60)
    assert logged_in.ask(**ASKED, max_age="60").status_code == 200
    logged_in.provider.clock.advance(seconds=1)
    page = logged_in.ask(**ASKED, max_age="60")
    assert urlsplit(page.headers["location"]).path == "/oauth2-token/login"
    assert error_in(logged_in.ask(**ASKED, max_age="60", prompt="none"))["error"] == "login_required"
    back = logged_in.log_in(page, **{"as": "buyer@example.com"}).headers["location"]
    assert logged_in.http.get(back).status_code == 200


def test_max_age_zero_always_asks(logged_in: Visitor) -> None:
    page = logged_in.ask(**ASKED, max_age="0")
    assert urlsplit(page.headers["location"]).path == "/oauth2-token/login"
    back = logged_in.log_in(page, **{"as": "buyer@example.com"}).headers["location"]
    assert logged_in.http.get(back).status_code == 200


def test_a_login_ends_with_its_session_lifetime() -> None:
    provider = new_provider(Config(session_lifetime="1h"))
    visitor = Visitor(provider)
    visitor.log_in(visitor.ask(**ASKED), **{"as": "buyer@example.com"})
    provider.clock.advance(minutes=59)
    assert visitor.ask(**ASKED).status_code == 200
    provider.clock.advance(minutes=1)
    assert visitor.ask(**ASKED).status_code == 302


# ---- what pages look like from outside ------------------------------------------------------------------------------


def test_pages_may_not_be_framed_kept_or_scripted(visitor: Visitor) -> None:
    consent = visitor.consent("buyer@example.com", **ASKED)
    login = visitor.http.get("/oauth2-token/login", params=ASKED)
    refusal = visitor.ask(client_id="nobody")
    for page in (consent, login, refusal):
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script" not in policy
        assert page.headers["x-frame-options"] == "DENY"
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in page.headers


def test_scripts_of_other_origins_get_nothing_from_the_pages(logged_in: Visitor) -> None:
    origin = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for path in ("authorize", "login"):
        assert (
            "access-control-allow-origin"
            not in logged_in.http.get(f"/oauth2-token/{path}", params=ASKED, headers=origin).headers
        )
        preflight = logged_in.http.options(f"/oauth2-token/{path}", headers=origin)
        assert preflight.status_code == 405
        assert "access-control-allow-origin" not in preflight.headers


def test_nothing_of_a_request_becomes_markup() -> None:
    evil = "\"'><script>alert(1)</script>"
    realms = tuple(
        msgspec.structs.replace(
            realm,
            title=evil,
            users=tuple(msgspec.structs.replace(user, name=evil) for user in realm.users),
            clients=tuple(msgspec.structs.replace(client, name=evil) for client in realm.clients),
        )
        for realm in Config().realms
    )
    visitor = Visitor(new_provider(Config(realms=realms)))
    asked = {**ASKED, "state": evil, "login_hint": evil, "nonce": evil}
    page = visitor.http.get("/oauth2-token/login", params=asked)
    wrong = visitor.submit(page, username=evil, password="x")
    consent = visitor.consent("buyer@example.com", **asked)
    for shown in (page, wrong, consent, visitor.http.get("/")):
        assert "<script" not in shown.text.replace('<script type="module" src="/mockidp.page/main.js">', "")


def test_the_login_hint_fills_in_the_user_name(visitor: Visitor) -> None:
    page = visitor.http.get(visitor.ask(**ASKED, login_hint="ann@example.com").headers["location"])
    assert re.search(r'<input[^>]* name="username" value="ann@example\.com"', page.text)


ALPHABET = st.text(st.sampled_from(list("abc=&%+ 0f\"'<>/:?#\\\x00\n\x85ü€😀")), max_size=20)
NAMES = ["client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "prompt", "max_age", "code_challenge"]
VALUES = (
    st.sampled_from(["storefront-web", CALLBACK, "code", "openid", "none", "login", "0", CHALLENGE, "S256"]) | ALPHABET
)
WANDERER = Visitor()
WANDERER.log_in(WANDERER.ask(**ASKED), **{"as": "buyer@example.com"})


@given(st.lists(st.tuples(st.sampled_from(NAMES) | ALPHABET, VALUES), max_size=8), st.booleans())
def test_no_query_gets_anything_but_a_page_or_a_redirect_to_the_client_or_the_login(
    pairs: list[tuple[str, str]], known: bool
) -> None:
    query = urlencode([("client_id", "storefront-web"), *pairs] if known else pairs)
    response = WANDERER.http.get(f"/oauth2-token/authorize?{query}")
    assert response.status_code in {200, 302, 303, 400, 404}
    if response.is_redirect:
        assert re.match(rf"{re.escape(CALLBACK)}\?|/oauth2-token/login\?", response.headers["location"])
