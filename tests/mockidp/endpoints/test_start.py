import re

import pytest
from visitor import BASE, Visitor, new_provider

from mockidp.settings.config import Config


def test_the_start_page_shows_everybody_and_every_address() -> None:
    visitor = Visitor()
    page = visitor.http.get("/")
    assert page.status_code == 200
    shown = page.text.replace("<wbr>", "")
    for realm in Config().realms:
        for user in realm.users:
            assert user.username in shown
            assert user.password in shown
        for client in realm.clients:
            assert client.client_id in shown
        assert realm.audience in shown
        assert f"{BASE}/{realm.name}/.well-known/openid-configuration" in shown
    assert f"{BASE}/admin/oauth2-token/authorize" in shown
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_the_stylesheet_is_where_the_pages_say() -> None:
    visitor = Visitor()
    link = re.search(r'<link[^>]* href="([^"]+)"', visitor.http.get("/").text)
    assert link is not None
    style = visitor.http.get(link[1])
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in style.headers["cache-control"]


def test_its_scripts_may_ask_this_server_and_nobody_else_and_make_no_markup() -> None:
    policy = Visitor().http.get("/").headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert (rules["default-src"], rules["script-src"], rules["connect-src"]) == ("'none'", "'self'", "'self'")
    assert rules["require-trusted-types-for"] == "'script'"


def test_its_scripts_are_served_and_not_captured() -> None:
    visitor = Visitor()
    found = {"main.js"}
    while True:
        imports = {
            name
            for file in found
            for name in re.findall(r'from "\./([a-z]+\.js)"', visitor.http.get(f"/mockidp.page/{file}").text)
        }
        if imports <= found:
            break
        found |= imports
    for file in found:
        answer = visitor.http.get(f"/mockidp.page/{file}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
        again = visitor.http.get(f"/mockidp.page/{file}", headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert len(found) > 5
    assert not list(visitor.provider.requests)


@pytest.mark.parametrize("name", ["nothing.js", "..%2Fmockidp.css", "%2e%2e/%2e%2e/pages.py", ""])
def test_nothing_else_is_served_there(name: str) -> None:
    assert Visitor().http.get(f"/mockidp.page/{name}").status_code == 404


@pytest.mark.parametrize("host", ["localhost:8800", "127.0.0.1", "[::1]:8800", "192.168.1.7:8800", "LOCALHOST"])
def test_the_start_page_is_there_under_names_that_lead_nowhere_else(host: str) -> None:
    assert Visitor().http.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["rebound.example", "127.0.0.1.rebound.example:8800", "localhost.", "", "a b", "[::1"])
def test_under_any_other_name_it_shows_no_secret(host: str) -> None:
    page = Visitor().http.get("/", headers={"Host": host})
    assert page.status_code == 403
    assert "storefront-web" not in page.text
    assert "base_url" in page.text


def test_single_shows_one_realm() -> None:
    page = Visitor(new_provider(Config(single=True))).http.get("/")
    assert "backoffice-web" in page.text
    assert "storefront" not in page.text
