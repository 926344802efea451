import threading
from hashlib import sha256
from typing import Any

import jwt
import pytest
from authlib.common.encoding import urlsafe_b64encode
from httpx2 import Response
from visitor import BASE, NOON, Visitor, new_provider

from mockidp.protocol.issue import NOBODY
from mockidp.settings.config import Client, Config, Lifetimes, Realm, User

ANN = User(username="ann", password="ann", name="Ann", email="ann@example.com")
URI = "https://shop.example/cb"


def client(client_id: str, **settings: Any) -> Client:
    return Client(client_id=client_id, redirect_uris=(URI,), scope="openid orders:read", **settings)


CONFIG = Config(
    realms=(
        Realm(
            name="storefront",
            users=(ANN,),
            clients=(
                client("storefront-web", client_secret="storefront-web-secret"),
                client("other", client_secret="x"),
                client("spa"),
                client("lax", require_pkce=False, allow_plain_pkce=True),
                client("careful", client_secret="x", require_pkce=True),
                client("once", client_secret="x", grant_types=("authorization_code",)),
                client("never", client_secret="x", grant_types=("refresh_token",)),
                client("quick", client_secret="x", lifetimes=Lifetimes(code="5s", access_token="2s")),
            ),
        ),
    )
)
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636 appendix B
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
S256 = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}


@pytest.fixture
def visitor() -> Visitor:
    return Visitor(new_provider(CONFIG))


def code_for(visitor: Visitor, client_id: str = "storefront-web", **asked: str) -> str:
    return visitor.answer("ann", response_type="code", client_id=client_id, **asked)["code"]


def redeem(visitor: Visitor, code: str, client_id: str, **fields: str) -> Response:
    return visitor.exchange(grant_type="authorization_code", code=code, client_id=client_id, **fields)


def is_invalid_grant(response: Response) -> bool:
    return (response.status_code, response.json()["error"]) == (400, "invalid_grant")


def said(response: Response) -> str:
    assert is_invalid_grant(response)
    return str(response.json()["error_description"])


def test_the_answer_is_exactly_what_the_seed_page_shows(visitor: Visitor) -> None:
    response = visitor.redeem(code_for(visitor))
    answer = response.json()
    assert response.status_code == 200
    assert list(answer) == ["token_type", "expires_in", "access_token", "refresh_token"]
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)
    assert (response.headers["cache-control"], response.headers["pragma"]) == ("no-store", "no-cache")
    assert response.headers["content-type"] == "application/json"


def test_a_scope_that_was_named_is_answered_and_openid_brings_an_id_token(visitor: Visitor) -> None:
    answer = visitor.redeem(code_for(visitor, scope="openid orders:read", nonce="n-1")).json()
    assert list(answer)[4:] == ["scope", "id_token"]
    assert answer["scope"] == "openid orders:read"
    keys = jwt.PyJWKSet.from_dict(visitor.http.get("/storefront/jwks").json())
    token = answer["id_token"]
    claims = jwt.decode(
        token,
        keys[jwt.get_unverified_header(token)["kid"]],
        ["ES256"],
        audience="storefront-web",
        issuer=f"{BASE}/storefront",
        options={"verify_iat": False, "verify_exp": False},
    )
    assert (claims["sub"], claims["nonce"], claims["auth_time"]) == ("ann", "n-1", NOON)
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["at_hash"] == urlsafe_b64encode(sha256(answer["access_token"].encode()).digest()[:16]).decode()


def test_only_the_scope_that_was_approved_is_in_the_token(visitor: Visitor) -> None:
    for asked, granted in (
        ({"scope": "openid"}, "openid"),
        ({}, "orders:read"),
        ({"scope": "orders:read  openid orders:read"}, "orders:read openid"),
    ):
        token = visitor.redeem(code_for(visitor, **asked)).json()["access_token"]
        assert jwt.decode(token, options={"verify_signature": False})["scope"] == granted


def test_a_code_works_once_and_coming_again_takes_back_what_it_gave(visitor: Visitor) -> None:
    code = code_for(visitor, scope="openid")
    tokens = visitor.redeem(code).json()
    assert visitor.userinfo(tokens["access_token"]).status_code == 200
    assert is_invalid_grant(visitor.redeem(code))
    assert visitor.userinfo(tokens["access_token"]).status_code == 401
    assert is_invalid_grant(visitor.refresh(tokens["refresh_token"]))


def test_a_client_is_told_what_is_wrong_with_its_own_code(visitor: Visitor) -> None:
    used, late = code_for(visitor), code_for(visitor)
    visitor.redeem(used)
    assert (
        said(visitor.redeem(used)) == "This code has been used before. It is good once, so what it gave is taken back."
    )
    visitor.provider.clock.advance(hours=1)
    assert said(visitor.redeem(late)) == "This code has expired, by the clock of the provider."


def test_a_code_of_somebody_who_is_no_more_is_refused_and_not_used_up(visitor: Visitor) -> None:
    code = code_for(visitor)
    gone = visitor.provider.users.remove("storefront", ANN.username)
    assert said(visitor.redeem(code)) == NOBODY
    visitor.provider.users.add("storefront", username=gone.username, password="p", subject=gone.subject)
    assert visitor.redeem(code).status_code == 200


def test_nobody_is_told_anything_of_the_code_of_another(visitor: Visitor) -> None:
    used, fresh = code_for(visitor), code_for(visitor)
    visitor.redeem(used)
    told = {said(redeem(visitor, code, "other", client_secret="x")) for code in (used, fresh, "made-up")}
    assert told == {"No such code was given to this client."}


def test_coming_again_also_takes_back_what_was_refreshed_meanwhile(visitor: Visitor) -> None:
    code = code_for(visitor, scope="openid")
    tokens = visitor.refresh(visitor.redeem(code).json()["refresh_token"]).json()
    assert is_invalid_grant(visitor.redeem(code))
    assert visitor.userinfo(tokens["access_token"]).status_code == 401
    assert is_invalid_grant(visitor.refresh(tokens["refresh_token"]))


def test_a_used_code_takes_back_even_with_a_wrong_verifier_and_after_it_expired(visitor: Visitor) -> None:
    code = code_for(visitor, scope="openid", **S256)
    tokens = visitor.redeem(code, code_verifier=VERIFIER).json()
    visitor.provider.clock.advance(minutes=30)
    assert visitor.userinfo(tokens["access_token"]).status_code == 200
    assert is_invalid_grant(visitor.redeem(code, code_verifier="x" * 43))
    assert visitor.userinfo(tokens["access_token"]).status_code == 401


def test_a_stranger_with_a_used_code_takes_nothing_back(visitor: Visitor) -> None:
    code = code_for(visitor, scope="openid")
    tokens = visitor.redeem(code).json()
    assert is_invalid_grant(redeem(visitor, code, "other", client_secret="x"))
    assert visitor.exchange(grant_type="authorization_code", code=code, client_id="storefront-web").status_code == 401
    assert visitor.userinfo(tokens["access_token"]).status_code == 200


def test_other_approvals_of_the_same_person_stay(visitor: Visitor) -> None:
    first, second = code_for(visitor, scope="openid"), code_for(visitor, scope="openid")
    visitor.redeem(first)
    tokens = visitor.redeem(second).json()
    assert is_invalid_grant(visitor.redeem(first))
    assert visitor.userinfo(tokens["access_token"]).status_code == 200


def test_of_many_who_present_a_code_at_once_one_succeeds_and_ends_up_with_nothing(visitor: Visitor) -> None:
    code = code_for(visitor, scope="openid")
    browsers = [Visitor(visitor.provider) for _ in range(6)]
    together = threading.Barrier(len(browsers))
    answers = []

    def rush(browser: Visitor) -> None:
        together.wait(10)
        answers.append(browser.redeem(code))

    threads = [threading.Thread(target=rush, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(answers) == len(browsers)
    assert len(won) == 1
    assert visitor.userinfo(won[0]["access_token"]).status_code == 401
    assert is_invalid_grant(visitor.refresh(won[0]["refresh_token"]))


def test_who_is_overtaken_between_the_checks_and_the_issuing_gets_nothing(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawer = visitor.provider.store.codes
    is_spent = drawer.is_spent

    def overtaken(value: str) -> bool:
        answer = is_spent(value)
        assert drawer.spend(value)
        return answer

    monkeypatch.setattr(drawer, "is_spent", overtaken)
    code = code_for(visitor)
    response = visitor.redeem(code)
    assert is_invalid_grant(response)
    assert "access_token" not in response.text


def test_a_code_expires_by_our_clock_and_its_configured_lifetime(visitor: Visitor) -> None:
    code = code_for(visitor)
    visitor.provider.clock.advance(seconds=599.9)
    assert visitor.redeem(code).status_code == 200
    code = code_for(visitor)
    visitor.provider.clock.advance(seconds=600)
    assert is_invalid_grant(visitor.redeem(code))
    code = code_for(visitor, "quick")
    visitor.provider.clock.advance(seconds=5)
    assert is_invalid_grant(redeem(visitor, code, "quick", client_secret="x"))


def test_a_lifetime_of_the_client_governs_its_tokens(visitor: Visitor) -> None:
    answer = redeem(visitor, code_for(visitor, "quick", scope="openid"), "quick", client_secret="x").json()
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert (answer["expires_in"], claims["exp"] - claims["iat"]) == (2, 2)
    visitor.provider.clock.advance(seconds=2)
    assert visitor.userinfo(answer["access_token"]).status_code == 401


def test_a_code_is_bound_to_its_client_and_survives_a_strangers_try(visitor: Visitor) -> None:
    code = code_for(visitor)
    assert is_invalid_grant(redeem(visitor, code, "other", client_secret="x"))
    assert is_invalid_grant(redeem(visitor, code, "spa"))
    assert visitor.redeem(code).status_code == 200


@pytest.mark.parametrize("sent", ["", f"{URI}/", "https://evil.example/"])
def test_an_address_that_was_named_must_be_repeated(visitor: Visitor, sent: str) -> None:
    code = code_for(visitor, redirect_uri=URI)
    assert is_invalid_grant(visitor.redeem(code, redirect_uri=sent))
    assert visitor.redeem(code, redirect_uri=URI).status_code == 200


def test_an_address_that_was_not_named_need_not_be_repeated_but_must_be_right(visitor: Visitor) -> None:
    code = code_for(visitor)
    assert is_invalid_grant(visitor.redeem(code, redirect_uri="https://evil.example/"))
    assert visitor.redeem(code, redirect_uri=URI).status_code == 200
    assert visitor.redeem(code_for(visitor)).status_code == 200


@pytest.mark.parametrize(
    ("verifier", "error"),
    [
        ("x" * 43, "invalid_grant"),
        (VERIFIER[:-1] + "_", "invalid_grant"),
        (CHALLENGE, "invalid_grant"),
        ("", "invalid_request"),
        ("short", "invalid_request"),
        ("x" * 129, "invalid_request"),
        (VERIFIER[:-1] + "ü", "invalid_request"),
    ],
)
@pytest.mark.parametrize("client_id", ["storefront-web", "spa"])
def test_only_the_right_verifier_redeems_a_code_with_a_challenge(
    visitor: Visitor, client_id: str, verifier: str, error: str
) -> None:
    code = code_for(visitor, client_id, **S256)
    secret = {"client_secret": "storefront-web-secret"} if client_id == "storefront-web" else {}
    response = redeem(visitor, code, client_id, code_verifier=verifier, **secret)
    assert (response.status_code, response.json()["error"]) == (400, error)
    assert redeem(visitor, code, client_id, code_verifier=VERIFIER, **secret).status_code == 200


def test_a_verifier_without_a_challenge_is_refused(visitor: Visitor) -> None:
    response = visitor.redeem(code_for(visitor), code_verifier=VERIFIER)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


def test_plain_works_where_the_client_may_and_is_the_default_method(visitor: Visitor) -> None:
    for method in ({"code_challenge_method": "plain"}, {}):
        code = code_for(visitor, "lax", code_challenge=VERIFIER, **method)
        assert is_invalid_grant(redeem(visitor, code, "lax", code_verifier="x" * 43))
        assert redeem(visitor, code, "lax", code_verifier=VERIFIER).status_code == 200


def test_a_public_client_may_be_let_off_pkce_and_a_confidential_one_be_bound_to_it(visitor: Visitor) -> None:
    assert redeem(visitor, code_for(visitor, "lax"), "lax").status_code == 200
    asked = {"response_type": "code", "client_id": "careful"}
    assert "error=invalid_request" in visitor.ask(**asked).headers["location"]
    assert visitor.ask(**asked, **S256).status_code == 200


@pytest.mark.parametrize("code", ["x", "ü", "'", "a" * 1000])
def test_a_code_that_was_never_issued_is_refused(visitor: Visitor, code: str) -> None:
    assert is_invalid_grant(visitor.redeem(code))


def test_a_refresh_token_is_no_code(visitor: Visitor) -> None:
    tokens = visitor.redeem(code_for(visitor)).json()
    assert is_invalid_grant(visitor.redeem(tokens["refresh_token"]))
    assert visitor.refresh(tokens["refresh_token"]).status_code == 200


def test_a_missing_code_is_an_invalid_request(visitor: Visitor) -> None:
    response = visitor.exchange(grant_type="authorization_code")
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


def test_a_client_without_the_refresh_grant_gets_no_refresh_token(visitor: Visitor) -> None:
    answer = redeem(visitor, code_for(visitor, "once"), "once", client_secret="x").json()
    assert list(answer) == ["token_type", "expires_in", "access_token"]


def test_a_client_that_may_not_use_codes_is_told_so(visitor: Visitor) -> None:
    asked = visitor.ask(response_type="code", client_id="never")
    assert "error=unauthorized_client" in asked.headers["location"]
    response = redeem(visitor, "x", "never", client_secret="x")
    assert (response.status_code, response.json()["error"]) == (400, "unauthorized_client")


def test_a_loopback_address_with_a_port_of_its_own_works_and_is_bound() -> None:
    visitor = Visitor(prefix="/admin")
    asked = {
        "response_type": "code",
        "client_id": "backoffice-cli",
        "redirect_uri": "http://127.0.0.1:51004/callback",
        **S256,
    }
    code = visitor.answer("admin", **asked)["code"]
    fields = {"code_verifier": VERIFIER, "redirect_uri": "http://127.0.0.1:51005/callback"}
    assert is_invalid_grant(redeem(visitor, code, "backoffice-cli", **fields))
    assert (
        redeem(visitor, code, "backoffice-cli", **{**fields, "redirect_uri": asked["redirect_uri"]}).status_code == 200
    )
