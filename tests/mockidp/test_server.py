import gc
import html
import logging
import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest
import requests
from visitor import Visitor

from mockidp import CannotListen, Clock, Config, ConfigError, Lifetimes, MockIdp, PlannedFault, Realm

EVERYWHERE = "0.0.0.0"  # noqa: S104  # what it warns about


@pytest.fixture(scope="module")
def idp() -> Iterator[MockIdp]:
    with MockIdp() as running:
        yield running


def test_it_listens_on_a_free_port_and_its_addresses_lead_there(idp: MockIdp) -> None:
    document = requests.get(f"{idp.issuer('storefront')}/.well-known/openid-configuration", timeout=10).json()
    assert document["issuer"] == idp.issuer("storefront") == f"{idp.base_url}/storefront"
    assert re.fullmatch(r"http://127\.0\.0\.1:[0-9]+", idp.base_url)


def test_two_stand_side_by_side_with_keys_of_their_own(idp: MockIdp) -> None:
    with MockIdp() as other:
        assert other.base_url != idp.base_url
        assert other.keys_of("storefront")() != idp.keys_of("storefront")()
        assert requests.get(other.base_url, timeout=10).status_code == 200


def test_the_keys_it_gives_in_process_are_those_it_publishes(idp: MockIdp) -> None:
    published = requests.get(f"{idp.issuer('backoffice')}/jwks", timeout=10).json()
    assert idp.keys_of("backoffice")() == published


def test_keys_given_in_process_are_live() -> None:
    idp = MockIdp()
    keys_of_storefront = idp.keys_of("storefront")
    before = keys_of_storefront()
    idp.keys["storefront"].rotate()
    assert len(keys_of_storefront()["keys"]) == len(before["keys"]) + 1
    idp.stop()


def test_it_makes_tokens_without_being_started() -> None:
    idp = MockIdp()
    assert idp.token("storefront", subject="customer@example.com").count(".") == 2
    idp.stop()


def test_started_again_it_is_at_the_same_address_with_the_same_keys() -> None:
    with MockIdp() as idp:
        base_url, keys = idp.base_url, idp.keys_of("storefront")()
    with pytest.raises(requests.ConnectionError):
        requests.get(base_url, timeout=10)
    with idp:
        assert requests.get(f"{base_url}/storefront/jwks", timeout=10).json() == keys


def test_starting_and_stopping_twice_does_no_harm() -> None:
    idp = MockIdp()
    assert idp.start() is idp.start()
    idp.stop()
    idp.stop()


def test_a_port_taken_while_it_was_stopped_is_named() -> None:
    with MockIdp() as idp:
        port = int(idp.base_url.rpartition(":")[2])
    with MockIdp(port=port), pytest.raises(CannotListen, match=f"port {port} "):
        idp.start()


def test_one_that_was_never_started_leaves_nothing_open() -> None:
    MockIdp()
    gc.collect()  # an open socket would be a ResourceWarning, and warnings are errors here


def test_settings_by_name_come_on_top_of_the_configuration() -> None:
    idp = MockIdp(Config(backend_prefix="/office"), access_token_lifetime="2s", single=True)
    assert [realm.name for realm in idp.config.realms] == ["backoffice"]
    assert idp.config.backend_prefix == "/office"
    assert idp.config.lifetimes.access_token == "2s"
    idp.stop()


def test_a_setting_that_cannot_be_is_refused_before_anything_listens() -> None:
    with pytest.raises(ConfigError, match="backend_prefix: expected a path"):
        MockIdp(backend_prefix="admin")
    with pytest.raises(TypeError, match="unknown setting 'prefix'"):
        MockIdp(prefix="/admin")  # type: ignore[call-arg]


def test_behind_a_proxy_clients_are_told_the_address_of_the_proxy() -> None:
    with MockIdp(base_url="https://id.example") as idp:
        document = requests.get(f"{idp.local_url}/storefront/.well-known/openid-configuration", timeout=10).json()
    assert idp.base_url == "https://id.example"
    assert document["token_endpoint"] == "https://id.example/oauth2-token"


def test_behind_a_path_of_a_proxy_every_page_finds_its_stylesheet() -> None:
    authorize = "/oauth2-token/authorize?response_type=code&client_id=storefront-web"
    with MockIdp(base_url="https://proxy.example/id") as idp:
        paths = ("/", "/nowhere", authorize.replace("authorize", "login"))
        found = [requests.get(idp.local_url + path, timeout=10).text for path in paths]
        sent_to = requests.get(idp.local_url + authorize, timeout=10, allow_redirects=False).headers["Location"]
    assert all('href="/id/mockidp.css?' in page for page in found)
    assert sent_to.startswith("/id/oauth2-token/login?")


def test_it_goes_by_the_clock_it_is_given() -> None:
    clock = Clock()
    clock.freeze(1_000_000)
    idp = MockIdp(clock=clock)
    assert idp.clock is clock
    idp.stop()


def test_reset_brings_back_real_time_but_keeps_address_and_keys(idp: MockIdp) -> None:
    base_url, keys = idp.base_url, idp.keys_of("storefront")()
    idp.clock.freeze(1_000_000)
    idp.reset()
    assert not idp.clock.frozen
    assert (idp.base_url, idp.keys_of("storefront")()) == (base_url, keys)


@pytest.mark.parametrize("host", [EVERYWHERE, "::", "", "203.0.113.7", "shop.example"])
def test_an_address_that_others_reach_must_be_meant(host: str) -> None:
    with pytest.raises(ValueError, match="say allow_remote=True if you mean it"):
        MockIdp(host=host)


def test_an_address_that_others_reach_is_warned_about(caplog: pytest.LogCaptureFixture) -> None:
    with MockIdp(host=EVERYWHERE, allow_remote=True) as idp:
        assert requests.get(idp.base_url, timeout=10).status_code == 200
    assert [(record.levelno, record.name) for record in caplog.records] == [(logging.WARNING, "mockidp")]


def test_the_other_loopback_works_too() -> None:
    try:
        listening = MockIdp(host="::1")
    except CannotListen:
        pytest.skip("there is no IPv6 here")
    with listening as idp:
        assert idp.base_url.startswith("http://[::1]:")
        assert requests.get(idp.base_url, timeout=10).status_code == 200


def test_it_shows_itself_without_secrets(idp: MockIdp) -> None:
    assert repr(idp) == f"<MockIdp {idp.base_url} running>"


def test_the_command_on_the_start_page_gets_a_token(idp: MockIdp) -> None:
    if shutil.which("curl") is None:
        pytest.skip("there is no curl here")
    commands = re.findall(
        r'<pre class="copy"><code[^>]*>(.*?)</code>', requests.get(idp.base_url, timeout=10).text, re.DOTALL
    )
    assert len(commands) == 2
    for command in commands:
        answer = subprocess.run(["/bin/sh", "-c", html.unescape(command)], capture_output=True, text=True, check=True)
        assert '"access_token"' in answer.stdout


def test_a_gate_can_be_told_what_was_taken_back() -> None:
    visitor = Visitor()
    gone = visitor.provider.revoked("storefront")
    code = visitor.answer("customer@example.com", response_type="code", client_id="storefront-web")["code"]
    jti = jwt.decode(visitor.redeem(code).json()["access_token"], options={"verify_signature": False})["jti"]

    assert not gone(jti)
    visitor.redeem(code)
    assert gone(jti)
    with pytest.raises(LookupError, match="there is no realm"):
        visitor.provider.revoked("garage")


def test_a_request_under_way_finishes_by_the_configuration_that_it_began_with() -> None:
    def discovery(idp: MockIdp) -> requests.Response:
        return requests.get(f"{idp.base_url}/garage/.well-known/openid-configuration", timeout=20)

    with MockIdp(Config(realms=(Realm(name="garage"),))) as idp, ThreadPoolExecutor(1) as beside:
        idp.faults.next("delay=1.5", endpoint="discovery")
        slow = beside.submit(discovery, idp)
        idp.requests.wait_for(path="/garage/.well-known/openid-configuration", timeout=10)
        assert idp.configure(Config(realms=(Realm(name="attic"),))) == ()
        assert discovery(idp).status_code == 404
        assert not slow.done()
        assert slow.result().json()["issuer"] == f"{idp.base_url}/garage"


def test_settings_by_name_stay_on_top_of_another_configuration() -> None:
    idp = MockIdp(port=None, access_token_lifetime="2s")
    assert idp.configure(Config(lifetimes=Lifetimes(access_token="1m", code="1m"))) == ()
    assert idp.config.lifetimes == Lifetimes(access_token="2s", code="1m")
    with pytest.raises(ConfigError):
        idp.configure(Config(faults=(PlannedFault(fault="none"),)))
    assert idp.config.lifetimes == Lifetimes(access_token="2s", code="1m")


def test_whoever_hears_of_another_configuration_finds_it_in_force() -> None:
    idp = MockIdp(port=None)
    found: list[object] = []
    with idp.provider.journal.listening(lambda: found.append((idp.config, tuple(idp.keys)))):
        idp.configure(Config(realms=(Realm(name="attic"),)))
    assert found == [(idp.config, ("attic",))]
