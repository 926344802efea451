import asyncio
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from person import authlib_client, discover
from starlette.testclient import TestClient
from visitor import quick

from mockidp import Config, FlowStopped, MockIdp
from mockidp.headless.carried_out import in_loop

WEB = {"response_type": "code", "client_id": "storefront-web", "state": "s t&te"}
PATH = "/oauth2-token/authorize"

Make = Callable[..., MockIdp]


@pytest.fixture(params=["over its socket", "in this process"])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Providers that run, or do not: the way through them is the same."""
    made: list[MockIdp] = []

    def make(config: Config | None = None, **settings: Any) -> MockIdp:
        made.append(MockIdp(config or quick(), **settings))
        return made[-1].start() if request.param == "over its socket" else made[-1]

    yield make
    for one in made:
        one.stop()


def asking(idp: MockIdp, path: str = PATH, **asked: str) -> str:
    return f"{idp.base_url}{path}?{urlencode(WEB | asked)}"


def answered(address: str) -> dict[str, str]:
    return {name: value for name, [value] in parse_qs(urlsplit(address).query, strict_parsing=True).items()}


def test_it_leads_to_the_clients_own_address_with_a_code_for_whoever_logged_in(make: Make) -> None:
    idp = make()
    address = idp.authorize(asking(idp), user="buyer@example.com")
    assert address.startswith("http://127.0.0.1:8900/callback/storefront?")
    assert answered(address) | {"code": ""} == {"code": "", "state": "s t&te", "iss": idp.issuer("storefront")}


def test_a_denial_is_an_answer(make: Make) -> None:
    idp = make()
    assert answered(idp.authorize(asking(idp), consent=False))["error"] == "access_denied"


def test_the_pages_are_really_opened_and_the_forms_really_posted(make: Make) -> None:
    idp = make()
    idp.authorize(asking(idp), user="buyer@example.com")
    came = [(one.method, one.path) for one in idp.requests]
    login = PATH.replace("authorize", "login")
    assert came == [("GET", PATH), ("GET", login), ("POST", login), ("GET", PATH), ("POST", PATH)]
    assert all(dict(one.form)["csrf_token"] for one in idp.requests if one.method == "POST")


@pytest.mark.parametrize("version", ["5.0", "5.1", "6.0", "6.1"])
@pytest.mark.parametrize("consent", [True, False])
def test_orocommerce_is_gone_through_alike(make: Make, version: str, consent: bool) -> None:
    idp = make(Config(dialect="orocommerce", oro_version=version))  # type: ignore[arg-type]
    store = idp.authorize(asking(idp), user="buyer@example.com", consent=consent)
    office = idp.authorize(asking(idp, f"/admin{PATH}", client_id="backoffice-web"), consent=consent)
    for address in (store, office):
        assert answered(address)["state"] == "s t&te"
        assert ("code" in answered(address)) == consent


def test_a_pushed_request_is_opened(make: Make) -> None:
    idp = make()
    form = {**WEB, "client_secret": "storefront-web-secret"}
    pushed = TestClient(idp.app, base_url=idp.base_url).post("/storefront/par", data=form).json()["request_uri"]
    address = f"{idp.base_url}{PATH}?{urlencode({'client_id': 'storefront-web', 'request_uri': pushed})}"
    assert answered(idp.authorize(address))["code"]
    with pytest.raises(FlowStopped, match="This request is no longer good"):
        idp.authorize(address)


@pytest.mark.parametrize("demand", [{"prompt": "login"}, {"max_age": "0"}, {"prompt": "login consent"}])
def test_a_new_login_is_gone_through_when_it_is_demanded(make: Make, demand: dict[str, str]) -> None:
    idp = make()
    browser = idp.browser()
    browser.authorize(asking(idp), user="buyer@example.com")
    idp.requests.clear()
    assert answered(browser.authorize(asking(idp, **demand)))["code"]
    assert [one.path for one in idp.requests if one.method == "POST"] == [PATH.replace("authorize", "login"), PATH]


def test_a_browser_stays_logged_in_and_can_then_be_asked_silently(make: Make) -> None:
    idp = make()
    browser = idp.browser()
    assert answered(browser.authorize(asking(idp, prompt="none")))["error"] == "login_required"
    browser.authorize(asking(idp), user="buyer@example.com")
    assert answered(browser.authorize(asking(idp, prompt="none")))["code"]
    assert answered(idp.authorize(asking(idp, prompt="none")))["error"] == "login_required", "another browser"


def test_a_hint_says_who_and_may_ask_for_a_lie(make: Make) -> None:
    idp = make()
    code = answered(idp.authorize(asking(idp, login_hint="buyer@example.com!wrong-audience", scope="openid")))["code"]
    approval = idp.provider.store.codes.find(code)
    assert approval is not None
    assert (approval.approval.username, approval.approval.fault) == ("buyer@example.com", "wrong-audience")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"client_id": "nobody"}, "404 .*There is no such application"),
        ({"redirect_uri": "https://evil.example/"}, "400 .*This address is not registered"),
    ],
)
def test_an_error_page_is_an_exception_that_quotes_it(make: Make, asked: dict[str, str], said: str) -> None:
    idp = make()
    with pytest.raises(FlowStopped, match=said) as stopped:
        idp.authorize(asking(idp, **asked))
    assert stopped.value.status in {400, 404}
    assert re.search(r"\. [A-Z]", stopped.value.page), "the sentences of the page"


def test_a_wrong_password_is_what_the_page_says(make: Make) -> None:
    idp = make()
    with pytest.raises(FlowStopped, match=r"The user name or the password is wrong\."):
        idp.authorize(asking(idp), user="buyer@example.com", password="guess")
    assert answered(idp.authorize(asking(idp), user="buyer@example.com", password="buyer"))["code"]


def test_a_provider_that_hangs_up_is_an_exception_too(make: Make) -> None:
    idp = make()
    idp.faults.next("drop", endpoint="login")
    with pytest.raises(FlowStopped, match="did not answer"):
        idp.authorize(asking(idp))


def test_behind_a_proxy_its_own_addresses_are_those_of_the_proxy(make: Make) -> None:
    idp = make(base_url="http://idp.test:8800", browser_base_url="https://shop.example/id")
    for base in (idp.base_url, "https://shop.example/id", idp.local_url):
        assert answered(idp.authorize(f"{base}{PATH}?{urlencode(WEB)}"))["iss"] == "http://idp.test:8800/storefront"


def test_it_does_not_hold_up_an_event_loop_that_carries_it_out(monkeypatch: pytest.MonkeyPatch) -> None:
    idp = MockIdp(quick())
    base = urlsplit(idp.base_url)

    async def both() -> str:
        idp.faults.next("delay=0.2", endpoint="login")
        late, sleep = asyncio.Event(), asyncio.sleep

        async def until_we_say_so(_: float) -> None:
            late.set()
            await said.wait()

        said = asyncio.Event()
        monkeypatch.setattr(asyncio, "sleep", until_we_say_so)
        walking = asyncio.create_task(in_loop(idp.browser().walk(asking(idp)), idp.app, base))
        await late.wait()
        monkeypatch.undo()
        await sleep(0.05)
        assert not walking.done(), "the login page is late, and we run"
        said.set()
        return await walking

    assert answered(asyncio.run(both()))["code"]
    idp.stop()


def test_called_from_within_an_event_loop_it_works_as_well(make: Make) -> None:
    idp = make()

    async def test() -> str:
        return idp.authorize(asking(idp))

    assert answered(asyncio.run(test()))["code"]


def test_a_client_library_gets_its_tokens_that_way() -> None:
    with MockIdp(quick()) as idp:
        addresses, client = discover(idp.issuer("storefront")), authlib_client("storefront")
        verifier = "v" * 48
        address, state = client.create_authorization_url(addresses["authorization_endpoint"], code_verifier=verifier)
        tokens = client.fetch_token(
            addresses["token_endpoint"],
            authorization_response=idp.authorize(address, user="buyer@example.com"),
            state=state,
            code_verifier=verifier,
        )
    assert jwt.decode(tokens["access_token"], options={"verify_signature": False})["sub"] == "buyer@example.com"
