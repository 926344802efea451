from typing import Any

import pytest
from httpx2 import Response
from visitor import Visitor, action_of, token_in

from mockidp.endpoints.device import UNKNOWN
from mockidp.memory.devices import WRONG_CODES
from mockidp.protocol.sign_in import STALE, WRONG

PAGE = "/oauth2-token/device"


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


def begin(visitor: Visitor, client_id: str = "storefront-tv", realm: str = "storefront", **fields: str) -> Any:
    return visitor.http.post(f"/{realm}/device", data={"client_id": client_id, **fields}).json()


def type_in(visitor: Visitor, user_code: str) -> Response:
    return visitor.http.get(PAGE, params={"user_code": user_code})


def consent(visitor: Visitor, user_code: str, user: str = "customer@example.com") -> Response:
    page = type_in(visitor, user_code)
    if "Log in to" in page.text:
        led = visitor.submit(page, **{"as": user})
        assert led.status_code == 303
        page = visitor.http.get(led.headers["location"])
    assert "Approve only if your device shows this code" in page.text
    return page


def poll(visitor: Visitor, about: Any) -> str:
    fields = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "client_id": "storefront-tv"}
    answer: str = visitor.exchange(device_code=about["device_code"], **fields).json().get("error", "tokens")
    return answer


# ---- codes that are not there ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["XXXX-XXXX", "x", "12345678", "<script>", "ü" * 90])
def test_an_unknown_code_says_so_and_can_be_typed_again(visitor: Visitor, typed: str) -> None:
    response = type_in(visitor, typed)
    assert response.status_code == 400
    assert UNKNOWN in response.text
    assert "<script>" not in response.text
    assert action_of(response) == PAGE


def test_the_code_of_the_other_realm_an_expired_and_a_decided_one_are_unknown(visitor: Visitor) -> None:
    foreign = begin(visitor, "backoffice-cli", "backoffice")["user_code"]
    decided = begin(visitor)["user_code"]
    visitor.submit(consent(visitor, decided), decision="deny")
    expired = begin(visitor)["user_code"]
    visitor.provider.clock.advance(minutes=10)
    for code in (foreign, decided, expired):
        assert (type_in(visitor, code).status_code, UNKNOWN in type_in(visitor, code).text) == (400, True)


def test_guessing_comes_to_an_end_also_for_those_who_drop_their_cookies(visitor: Visitor) -> None:
    right = begin(visitor)["user_code"]
    for _ in range(WRONG_CODES):
        assert type_in(visitor, "XXXX-XXXX").status_code == 400
    for guess in ("XXXX-XXXX", right):
        refused = type_in(Visitor(visitor.provider), guess)
        assert (refused.status_code, "Too many wrong codes" in refused.text) == (429, True)
    visitor.provider.clock.advance(minutes=1)
    assert "Log in to" in type_in(visitor, right).text


def test_guesses_at_one_realm_are_none_at_the_other(visitor: Visitor) -> None:
    for _ in range(WRONG_CODES):
        type_in(visitor, "XXXX-XXXX")
    code = begin(visitor, "backoffice-cli", "backoffice")["user_code"]
    assert visitor.http.get(f"/admin{PAGE}", params={"user_code": code}).status_code == 200


# ---- who decides ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"username": "customer@example.com", "password": "wrong"}, WRONG),
        ({"username": "admin", "password": "admin"}, WRONG),
        ({"as": "admin"}, WRONG),
        ({"as": "customer@example.com", "csrf_token": "x"}, STALE),
    ],
)
def test_nobody_decides_without_a_login(visitor: Visitor, typed: dict[str, str], error: str) -> None:
    about = begin(visitor)
    response = visitor.submit(type_in(visitor, about["user_code"]), **typed)
    assert (response.status_code, error in response.text) == (400, True)
    assert "Log in to" in visitor.submit(response, decision="approve").text
    assert poll(visitor, about) == "authorization_pending"


def test_a_form_that_was_not_ours_decides_nothing(visitor: Visitor) -> None:
    about, other = begin(visitor), begin(visitor)
    page = consent(visitor, about["user_code"])
    elsewhere = token_in(consent(visitor, other["user_code"]))
    authorize = token_in(visitor.ask(response_type="code", client_id="storefront-web"))
    stranger = Visitor(visitor.provider)
    theirs = token_in(consent(stranger, about["user_code"], "buyer@example.com"))
    for token in ("", "x", elsewhere, authorize, theirs):
        forged = visitor.http.post(action_of(page), data={"decision": "approve", "csrf_token": token})
        assert forged.status_code == 403
    assert poll(visitor, about) == "authorization_pending"


def test_the_first_decision_counts(visitor: Visitor) -> None:
    about = begin(visitor)
    page = consent(visitor, about["user_code"])
    other = Visitor(visitor.provider)
    theirs = consent(other, about["user_code"], "buyer@example.com")
    assert "refused" in other.submit(theirs, decision="deny").text
    assert visitor.submit(page, decision="approve").status_code == 400
    assert poll(visitor, about) == "access_denied"


# ---- how it goes ----------------------------------------------------------------------------------------------------


def test_the_page_asks_for_the_code_and_needs_no_cookie(visitor: Visitor) -> None:
    page = visitor.http.get(PAGE)
    assert page.status_code == 200
    assert 'name="user_code"' in page.text
    assert "set-cookie" not in page.headers


def test_a_person_sees_who_asks_for_what_as_whom_and_which_code_the_device_shows(visitor: Visitor) -> None:
    about = begin(visitor, scope="orders:read")
    page = consent(visitor, about["user_code"].lower().replace("-", " "))
    for word in ("Storefront on the television", "Casey Customer", "Read orders", about["user_code"]):
        assert word in page.text


def test_approving_lets_the_device_in(visitor: Visitor) -> None:
    about = begin(visitor)
    done = visitor.submit(consent(visitor, about["user_code"]), decision="approve")
    assert (done.status_code, "Your device is connected" in done.text) == (200, True)
    assert poll(visitor, about) == "tokens"


@pytest.mark.parametrize("decision", ["deny", "nonsense"])
def test_anything_but_an_approval_keeps_it_out(visitor: Visitor, decision: str) -> None:
    about = begin(visitor)
    done = visitor.submit(consent(visitor, about["user_code"]), decision=decision)
    assert "Your device is refused" in done.text
    assert poll(visitor, about) == "access_denied"


def test_who_is_logged_in_need_not_log_in_again(visitor: Visitor) -> None:
    visitor.tokens()
    page = type_in(visitor, begin(visitor)["user_code"])
    assert "You are logged in to Storefront as <strong>Casey Customer" in page.text
    assert visitor.ask(response_type="code", client_id="storefront-web").status_code == 200
