from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
import pytest
from httpx2 import Response
from visitor import Visitor, action_of, answer_in, new_provider, token_in

from mockidp.settings.config import Config

ASKED = {"response_type": "code", "client_id": "storefront-web"}
HOME = "http://127.0.0.1:8900/"
CASEY = "customer@example.com"


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


def leave(visitor: Visitor, realm: str = "storefront", *, method: str = "GET", **asked: str) -> Response:
    """Go to the advertised address, and on to where it leads."""
    if method == "POST":
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        led = visitor.http.post(f"/{realm}/logout", content=urlencode(asked), headers=form)
    else:
        led = visitor.http.get(f"/{realm}/logout", params=asked)
    assert led.status_code == 303
    return visitor.http.get(led.headers["location"])


def is_logged_in(visitor: Visitor) -> bool:
    return visitor.ask(**ASKED).status_code == 200


def is_asking(response: Response) -> bool:
    return response.status_code == 200 and "Log out of" in response.text


def id_token(visitor: Visitor, user: str = CASEY) -> str:
    token: str = visitor.tokens(user, scope="openid")["id_token"]
    return token


# ---- who may end a session ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"client_id": "storefront-web"},
        {"client_id": "storefront-web", "post_logout_redirect_uri": HOME},
        {"logout_hint": CASEY, "ui_locales": "de"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_proof_the_person_is_asked_and_stays_logged_in(
    visitor: Visitor, asked: dict[str, str], method: str
) -> None:
    id_token(visitor)
    page = leave(visitor, method=method, **asked)
    assert is_asking(page)
    assert "Casey Customer" in page.text
    assert ("Storefront website" in page.text) == ("client_id" in asked)
    assert is_logged_in(visitor)


def test_proof_about_somebody_else_is_none(visitor: Visitor) -> None:
    other = Visitor(visitor.provider)
    token = id_token(other, "buyer@example.com")
    id_token(visitor)
    assert is_asking(leave(visitor, id_token_hint=token))
    assert is_logged_in(visitor)


def test_a_form_that_was_not_ours_ends_nothing(visitor: Visitor) -> None:
    id_token(visitor)
    page = leave(visitor)
    for forged in ({}, {"csrf_token": "x"}, {"csrf_token": token_in(visitor.ask(**ASKED))}):
        response = visitor.http.post(action_of(page), data={"decision": "logout", **forged})
        assert response.status_code == 403
    moved = visitor.http.post(
        "/oauth2-token/logout",
        params={"client_id": "storefront-web", "post_logout_redirect_uri": HOME},
        data={"decision": "logout", "csrf_token": token_in(page)},
    )
    assert moved.status_code == 403
    assert is_logged_in(visitor)


def test_the_form_of_another_browser_ends_nothing(visitor: Visitor) -> None:
    other = Visitor(visitor.provider)
    for each in (visitor, other):
        id_token(each)
    token = token_in(leave(other))
    response = visitor.http.post("/oauth2-token/logout", data={"decision": "logout", "csrf_token": token})
    assert response.status_code == 403
    assert is_logged_in(visitor)


# ---- what is refused before anything else ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "http://127.0.0.1:8900",
        "http://127.0.0.1:8900/?x=1",
        "http://127.0.0.1:8901/",
        "http://127.0.0.1:8900/callback/storefront",
        "//evil.example/",
        "javascript:alert(1)",
    ],
)
def test_an_address_that_is_not_registered_is_never_gone_to(visitor: Visitor, address: str) -> None:
    token = id_token(visitor)
    for proof in ({}, {"client_id": "storefront-web"}, {"id_token_hint": token}):
        response = leave(visitor, post_logout_redirect_uri=address, **proof)
        assert response.status_code == 400
        assert "location" not in response.headers
        assert "evil" not in response.text
    assert is_logged_in(visitor)


def test_an_address_without_a_client_is_never_gone_to(visitor: Visitor) -> None:
    assert leave(visitor, post_logout_redirect_uri=HOME).status_code == 400


def test_an_unknown_client_and_one_of_the_other_realm_get_the_same_page(visitor: Visitor) -> None:
    pages = [leave(visitor, client_id=client_id) for client_id in ("nobody", "backoffice-web")]
    assert [page.status_code for page in pages] == [404, 404]
    assert pages[0].text == pages[1].text
    assert "There is no such application" in pages[0].text


def test_what_is_no_id_token_of_this_issuer_is_refused(visitor: Visitor) -> None:
    tokens = visitor.tokens(scope="openid")
    office = Visitor(visitor.provider, prefix="/admin")
    code = office.answer("admin", response_type="code", client_id="backoffice-web", scope="openid")["code"]
    fields = {"client_id": "backoffice-web", "client_secret": "backoffice-web-secret", "code": code}
    foreign = office.exchange(grant_type="authorization_code", **fields).json()["id_token"]
    for bad in ("x", foreign, tokens["access_token"], tokens["id_token"][:-4] + "AAAA", "ü"):
        assert leave(visitor, id_token_hint=bad).status_code == 400
    assert is_logged_in(visitor)


def test_an_id_token_that_was_made_to_name_two_clients_is_refused(visitor: Visitor) -> None:
    visitor.provider.faults.next("other-audience-too")
    lying = visitor.tokens(scope="openid")["id_token"]
    assert leave(visitor, id_token_hint=lying).status_code == 400
    assert is_logged_in(visitor)


def test_two_names_for_the_client_are_refused(visitor: Visitor) -> None:
    response = leave(visitor, id_token_hint=id_token(visitor), client_id="storefront-spa")
    assert response.status_code == 400
    assert is_logged_in(visitor)


def test_a_doubled_parameter_is_refused(visitor: Visitor) -> None:
    led = visitor.http.get(f"/storefront/logout?client_id=storefront-web&client_id=x&post_logout_redirect_uri={HOME}")
    assert visitor.http.get(led.headers["location"]).status_code == 400


# ---- how it ends ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_with_proof_the_session_ends_and_the_person_is_sent_back_with_the_state(visitor: Visitor, method: str) -> None:
    proof = {"id_token_hint": id_token(visitor), "post_logout_redirect_uri": HOME}
    response = leave(visitor, method=method, state="a&b ü", **proof)
    assert response.headers["location"].startswith(f"{HOME}?state=")
    assert answer_in(response) == {"state": "a&b ü"}
    assert not is_logged_in(visitor)


def test_an_expired_proof_is_good_enough(visitor: Visitor) -> None:
    token = id_token(visitor)
    visitor.provider.clock.advance(hours=7)
    assert leave(visitor, id_token_hint=token).status_code == 200
    assert not is_logged_in(visitor)


def test_without_a_state_the_address_stays_as_it_is(visitor: Visitor) -> None:
    response = leave(visitor, id_token_hint=id_token(visitor), post_logout_redirect_uri=HOME)
    assert response.headers["location"] == HOME


def test_without_an_address_a_page_says_that_it_is_done(visitor: Visitor) -> None:
    response = leave(visitor, id_token_hint=id_token(visitor))
    assert "You are logged out" in response.text
    assert "no-store" in response.headers["cache-control"]


def test_a_person_who_is_asked_can_go_and_can_stay(visitor: Visitor) -> None:
    id_token(visitor)
    asked = {"client_id": "storefront-web", "post_logout_redirect_uri": HOME, "state": "s"}
    stayed = visitor.submit(leave(visitor, **asked), decision="stay")
    assert "You are still logged in" in stayed.text
    assert is_logged_in(visitor)
    gone = visitor.submit(leave(visitor, **asked), decision="logout")
    assert gone.headers["location"] == f"{HOME}?state=s"
    assert not is_logged_in(visitor)


def test_who_is_not_logged_in_need_not_be_asked(visitor: Visitor) -> None:
    response = leave(visitor, client_id="storefront-web", post_logout_redirect_uri=HOME)
    assert response.headers["location"] == HOME
    assert "You are logged out" in leave(visitor).text


def test_a_kept_cookie_is_worth_nothing_after_the_logout(visitor: Visitor) -> None:
    token = id_token(visitor)
    kept = dict(visitor.http.cookies)
    leave(visitor, id_token_hint=token)
    visitor.http.cookies.clear()
    for name, value in kept.items():
        visitor.http.cookies.set(name, value, domain="127.0.0.1", path="/oauth2-token")
    assert not is_logged_in(visitor)


def test_the_cookie_is_taken_back_just_as_it_was_set(visitor: Visitor) -> None:
    response = leave(visitor, id_token_hint=id_token(visitor))
    cookie = response.headers["set-cookie"]
    assert "Max-Age=0" in cookie
    assert "; Path=/oauth2-token;" in cookie


def test_the_other_realm_stays_logged_in(visitor: Visitor) -> None:
    office = Visitor(visitor.provider, prefix="/admin")
    office.http = visitor.http
    office.consent("admin", response_type="code", client_id="backoffice-web")
    leave(visitor, id_token_hint=id_token(visitor))
    assert not is_logged_in(visitor)
    assert office.ask(response_type="code", client_id="backoffice-web").status_code == 200


def test_tokens_outlive_the_session(visitor: Visitor) -> None:
    tokens = visitor.tokens(scope="openid")
    leave(visitor, id_token_hint=tokens["id_token"])
    assert visitor.userinfo(tokens["access_token"]).status_code == 200
    assert visitor.refresh(tokens["refresh_token"]).status_code == 200


def test_the_backoffice_has_its_own_address_below_its_prefix_and_single_has_none() -> None:
    for config, path in ((Config(), "/admin/oauth2-token/logout"), (Config(single=True), "/oauth2-token/logout")):
        led = Visitor(new_provider(config)).http.get("/backoffice/logout?state=x")
        assert urlsplit(led.headers["location"])[2:4] == (path, "state=x")


def test_a_client_may_have_several_addresses_to_come_back_to() -> None:
    config = Config()
    storefront = config.realm("storefront")
    uris = ("https://a.example/out?x=1", "com.example.app:/out")
    web = msgspec.structs.replace(storefront.clients[0], post_logout_redirect_uris=uris)
    realm = msgspec.structs.replace(storefront, clients=(web,))
    visitor = Visitor(new_provider(Config(realms=(realm,))))
    for uri in uris:
        location = leave(visitor, client_id=web.client_id, post_logout_redirect_uri=uri, state="s").headers["location"]
        assert location.startswith(uri)
        assert dict(parse_qsl(urlsplit(location).query))["state"] == "s"
