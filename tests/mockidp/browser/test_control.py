"""What a page of another origin can do to the control addresses, in a real Chromium: nothing, and read nothing."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import pytest
from playwright.sync_api import Page, Response
from visitor import quick

from mockidp import MockIdp

pytestmark = pytest.mark.browser

# Each is an attempt by a script; what it returns is what it got hold of.
ATTEMPTS: Final = {
    "read": "async url => (await fetch(`${url}/state`)).text()",
    "read without cors": "async url => (await fetch(`${url}/state`, {mode: 'no-cors'})).text()",
    "read with credentials": "async url => (await fetch(`${url}/tokens`, {credentials: 'include'})).text()",
    "read the document": "async url => (await fetch(`${url}/openapi.json`)).text()",
    "mint": """async url => (await fetch(`${url}/token`, {method: 'POST', body: '{"realm": "storefront"}',
        headers: {'Content-Type': 'application/json'}})).text()""",
    "freeze": """async url => (await fetch(`${url}/clock/freeze`, {method: 'POST', body: '{}',
        headers: {'Content-Type': 'application/json'}})).text()""",
    "freeze as text": """async url => (await fetch(`${url}/clock/freeze`, {method: 'POST', body: '{}',
        mode: 'no-cors'})).text()""",
    "freeze as a blob": """async url => (await fetch(`${url}/clock/freeze`, {method: 'POST', mode: 'no-cors',
        body: new Blob(['{}'], {type: 'application/json'})})).text()""",
    "freeze without a type": """async url => (await fetch(`${url}/clock/freeze`, {method: 'POST', mode: 'no-cors',
        body: new Blob(['{}'])})).text()""",
    "freeze by beacon": """async url => {
        navigator.sendBeacon(`${url}/clock/freeze`, new Blob(['{}'], {type: 'text/plain'})); return '';}""",
    "freeze with a lie about the origin": """async url =>
        (await fetch(`${url}/clock/freeze`, {method: 'POST', body: '{}', mode: 'no-cors', referrerPolicy: 'no-referrer',
        headers: {'Origin': url, 'Sec-Fetch-Site': 'same-origin'}})).text()""",
    "as a script": """url => new Promise(done => { const script = document.createElement('script');
        script.src = `${url}/state`; script.onload = () => done('loaded'); script.onerror = () => done('');
        document.head.append(script); })""",
    "as a worker": """url => new Promise(done => { try { const worker = new Worker(`${url}/state`);
        worker.onmessage = () => done('loaded'); worker.onerror = () => done(''); } catch { done(''); } })""",
    "in a frame": """url => new Promise(done => { const frame = document.createElement('iframe');
        frame.src = `${url}/state`; document.body.append(frame); frame.onload = () => {
            try { done(frame.contentDocument.body.textContent); } catch { done(''); } }; })""",
}


@pytest.fixture(scope="module")
def running() -> Iterator[MockIdp]:
    with MockIdp(quick()) as idp:
        yield idp


@pytest.fixture
def idp(running: MockIdp) -> MockIdp:
    running.reset()
    return running


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[int]:
    """The port of a page that is not ours."""

    class OfTheAttacker(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<!doctype html><title>A nice page</title>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), OfTheAttacker)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def attempt(page: Page, script: str, url: str) -> Any:
    return page.evaluate(f"async url => {{ try {{ return await ({script})(url); }} catch {{ return ''; }} }}", url)


def expect_nothing_done(idp: MockIdp) -> None:
    assert not idp.clock.frozen
    assert idp.tokens == ()


@pytest.mark.parametrize("origin", ["http://127.0.0.1", "http://localhost"])
@pytest.mark.parametrize("name", ATTEMPTS)
def test_a_page_of_another_origin_reads_nothing_and_does_nothing(
    idp: MockIdp, elsewhere: int, page: Page, name: str, origin: str
) -> None:
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108  # Playwright writes on what it is given
    page.goto(f"{origin}:{elsewhere}/")
    assert attempt(page, ATTEMPTS[name], f"{idp.base_url}/_mockidp") == ""
    page.wait_for_timeout(100)
    asked = [answer.status for answer in answers if "/_mockidp/" in answer.url]
    assert all(status in {403, 405, 415} for status in asked)
    expect_nothing_done(idp)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_form_of_another_origin_does_nothing(idp: MockIdp, elsewhere: int, page: Page, kind: str) -> None:
    page.goto(f"http://127.0.0.1:{elsewhere}/")
    script = """([url, kind]) => { const form = document.createElement('form'); form.method = 'post'; form.action = url;
        form.enctype = kind; const field = document.createElement('input'); field.name = '{"at": 5, "';
        field.value = '": 1}'; form.append(field); document.body.append(form); form.submit(); }"""
    with page.expect_navigation() as went:
        page.evaluate(script, [f"{idp.base_url}/_mockidp/clock/freeze", kind])
    assert went.value is not None
    assert went.value.status == 403
    expect_nothing_done(idp)


def test_a_name_that_was_made_to_lead_here_reads_nothing_and_does_nothing(idp: MockIdp, page: Page) -> None:
    """DNS rebinding: for the browser, the page and the control addresses are then of one origin."""
    base = f"http://attacker.localhost:{idp.base_url.rpartition(':')[2]}"  # Chromium itself takes it to loopback
    page.goto(f"{base}/storefront/jwks")  # a page without a policy of its own, as the attacker's would be
    assert "testing only" in page.content()
    got = {name: str(attempt(page, script, f"{base}/_mockidp")) for name, script in ATTEMPTS.items()}
    assert {name for name, said in got.items() if "forgotten" in said or "access_token" in said} == set()
    assert "the control addresses are reached as 127.0.0.1" in got["read"]
    expect_nothing_done(idp)


def test_a_page_of_the_provider_itself_may(idp: MockIdp, page: Page) -> None:
    page.goto(f"{idp.issuer('storefront')}/jwks")
    assert '"forgotten"' in attempt(page, ATTEMPTS["read"], "/_mockidp")
    assert '"frozen":true' in attempt(page, ATTEMPTS["freeze"], "/_mockidp")
    assert idp.clock.frozen


def test_the_same_attempts_work_on_what_is_open(idp: MockIdp, elsewhere: int, page: Page) -> None:
    """So that a mistake in the attempts does not pass for safety."""
    page.goto(f"http://127.0.0.1:{elsewhere}/")
    keys = attempt(page, "async url => (await fetch(url)).text()", f"{idp.issuer('storefront')}/jwks")
    assert '"keys"' in keys
