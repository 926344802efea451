import re

from visitor import BASE, Visitor, new_provider

from mockidp.config import Config


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


def test_single_shows_one_realm() -> None:
    page = Visitor(new_provider(Config(single=True))).http.get("/")
    assert "backoffice-web" in page.text
    assert "storefront" not in page.text
