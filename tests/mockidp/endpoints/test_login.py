from urllib.parse import urlencode, urlsplit

import pytest
from httpx2 import Response
from visitor import Visitor, action_of, new_provider, token_in

from mockidp.protocol.sign_in import STALE, WRONG

ASKED = {"response_type": "code", "client_id": "storefront-web", "state": "xyz"}
BACKOFFICE = {"response_type": "code", "client_id": "backoffice-web"}


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


def page_of(visitor: Visitor, **asked: str) -> Response:
    return visitor.http.get(f"{visitor.prefix}/oauth2-token/login", params=asked or ASKED)


def is_logged_in(visitor: Visitor) -> bool:
    return visitor.ask(**ASKED).status_code == 200


def test_a_name_and_its_password_lead_back_to_the_question(visitor: Visitor) -> None:
    response = visitor.submit(page_of(visitor), username="customer@example.com", password="customer")
    assert (response.status_code, response.headers["location"]) == (303, f"/oauth2-token/authorize?{urlencode(ASKED)}")
    assert is_logged_in(visitor)


def test_one_click_logs_a_demo_user_in(visitor: Visitor) -> None:
    visitor.submit(page_of(visitor), **{"as": "buyer@example.com"})
    assert "Billie Buyer" in visitor.ask(**ASKED).text


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param({"username": "customer@example.com", "password": "wrong"}, id="wrong password"),
        pytest.param({"username": "customer@example.com", "password": ""}, id="empty password"),
        pytest.param({"username": "customer@example.com"}, id="no password"),
        pytest.param({"username": "nobody", "password": "customer"}, id="unknown user"),
        pytest.param({"username": "nobody", "password": ""}, id="unknown user without a password"),
        pytest.param({"username": "admin", "password": "admin"}, id="user of the other realm"),
        pytest.param({"as": "admin"}, id="one click as a user of the other realm"),
        pytest.param({"as": "nobody"}, id="one click as nobody"),
        pytest.param({"username": "Customer@example.com", "password": "customer"}, id="another spelling"),
        pytest.param({"password": "customer"}, id="no user"),
        pytest.param({}, id="nothing"),
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(visitor: Visitor, typed: dict[str, str]) -> None:
    response = visitor.submit(page_of(visitor), **typed)
    assert response.status_code == 400
    assert WRONG in response.text
    assert not is_logged_in(visitor)
    second = visitor.submit(response, username="customer@example.com", password="customer")
    assert second.status_code == 303


def test_a_user_of_the_storefront_cannot_log_in_at_the_backoffice() -> None:
    visitor = Visitor(prefix="/admin")
    for typed in ({"username": "customer@example.com", "password": "customer"}, {"as": "customer@example.com"}):
        assert WRONG in visitor.submit(page_of(visitor, **BACKOFFICE), **typed).text
    assert visitor.submit(page_of(visitor, **BACKOFFICE), username="admin", password="admin").status_code == 303


def test_a_login_at_one_realm_is_none_at_the_other(visitor: Visitor) -> None:
    visitor.submit(page_of(visitor), **{"as": "buyer@example.com"})
    response = visitor.http.get("/admin/oauth2-token/authorize", params=BACKOFFICE)
    assert urlsplit(response.headers["location"]).path == "/admin/oauth2-token/login"


def test_the_typed_password_is_never_shown_and_the_name_stays(visitor: Visitor) -> None:
    response = visitor.submit(page_of(visitor), username="ann", password="hunter2")
    assert "hunter2" not in response.text
    assert 'value="ann"' in response.text


@pytest.mark.parametrize("token", [None, "", "x"])
def test_nobody_is_logged_in_without_the_token_of_the_form(visitor: Visitor, token: str | None) -> None:
    page = page_of(visitor)
    form = {"as": "buyer@example.com"} if token is None else {"as": "buyer@example.com", "csrf_token": token}
    response = visitor.http.post(action_of(page), data=form)
    assert response.status_code == 400
    assert STALE in response.text
    assert not is_logged_in(visitor)


def test_nobody_is_logged_in_with_the_token_of_another_browser(visitor: Visitor) -> None:
    mine = page_of(Visitor(visitor.provider))
    page_of(visitor)
    response = visitor.http.post(action_of(mine), data={"as": "buyer@example.com", "csrf_token": token_in(mine)})
    assert STALE in response.text


def test_a_forged_post_without_our_cookie_logs_nobody_in(visitor: Visitor) -> None:
    page = page_of(visitor)
    visitor.http.cookies.clear()
    assert STALE in visitor.submit(page, **{"as": "buyer@example.com"}).text


def test_a_form_that_lay_open_too_long_is_shown_again_and_works_then(visitor: Visitor) -> None:
    page = page_of(visitor)
    visitor.provider.clock.advance(days=2)
    again = visitor.submit(page, username="buyer@example.com", password="buyer")
    assert STALE in again.text
    assert visitor.submit(again, username="buyer@example.com", password="buyer").status_code == 303


def test_a_login_replaces_the_session_that_was_there_before(visitor: Visitor) -> None:
    page_of(visitor)
    planted = dict(visitor.http.cookies)
    visitor.submit(page_of(visitor), **{"as": "buyer@example.com"})
    assert dict(visitor.http.cookies).keys() == planted.keys()
    assert dict(visitor.http.cookies) != planted
    thief = Visitor(visitor.provider)
    for name, value in planted.items():
        thief.http.cookies.set(name, value)
    assert not is_logged_in(thief)


@pytest.mark.parametrize("name", ["next", "target", "redirect", "return_to", "url"])
def test_nobody_is_led_anywhere_but_back(visitor: Visitor, name: str) -> None:
    page = page_of(visitor, **ASKED, **{name: "https://evil.example/"})
    location = visitor.submit(page, **{"as": "buyer@example.com"}).headers["location"]
    assert location.startswith("/oauth2-token/authorize?")


def test_no_login_page_without_a_client(visitor: Visitor) -> None:
    assert visitor.http.get("/oauth2-token/login").status_code == 400


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b'{"as": "buyer@example.com"}', "application/json", 400),
        (b"as=buyer%40example.com", "text/plain", 400),
        (b"as=buyer%40example.com&as=admin", "application/x-www-form-urlencoded", 400),
        (b"as=%ff", "application/x-www-form-urlencoded", 400),
        (b"username=%00", "application/x-www-form-urlencoded", 400),
        (b"as=" + b"x" * 70_000, "application/x-www-form-urlencoded", 413),
    ],
)
def test_a_form_that_cannot_be_read_gets_a_page(
    visitor: Visitor, content: bytes, content_type: str, status: int
) -> None:
    action = action_of(page_of(visitor))
    response = visitor.http.post(action, content=content, headers={"content-type": content_type})
    assert response.status_code == status
    assert "buyer@example.com" not in response.text


def test_two_instances_on_one_host_keep_their_cookies_apart() -> None:
    names = {
        next(iter(page_of(Visitor(new_provider(base_url=f"http://127.0.0.1:{port}"))).cookies)) for port in (8800, 8801)
    }
    assert len(names) == 2
    assert all(name.startswith("mockidp-storefront-") for name in names)
