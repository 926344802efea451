import pytest
from visitor import Visitor

ORIGIN = {"Origin": "https://app.example"}
OPEN = [
    ("POST", "/oauth2-token"),
    ("GET", "/storefront/jwks"),
    ("GET", "/storefront/userinfo"),
    ("POST", "/storefront/revoke"),
    ("POST", "/storefront/device"),
    ("POST", "/storefront/par"),
    ("GET", "/storefront/.well-known/openid-configuration"),
    ("GET", "/.well-known/oauth-authorization-server/backoffice"),
]


@pytest.mark.parametrize(("method", "path"), OPEN)
def test_scripts_of_any_origin_may_use_the_machine_addresses_without_cookies(method: str, path: str) -> None:
    http = Visitor().http
    asked = {
        **ORIGIN,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type,x-requested-with",
    }
    preflight, answer = http.options(path, headers=asked), http.request(method, path, headers=ORIGIN)
    for response in (preflight, answer):
        assert response.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in response.headers
        assert "set-cookie" not in response.headers
    assert preflight.status_code == 200
    assert method in preflight.headers["access-control-allow-methods"]
    allowed = preflight.headers["access-control-allow-headers"].lower()
    assert "authorization" in allowed
    assert "content-type" in allowed
    assert "x-requested-with" in allowed, "which Swagger UI sends"


@pytest.mark.parametrize(("method", "path"), OPEN)
def test_the_machine_addresses_say_which_methods_they_take(method: str, path: str) -> None:
    response = Visitor().http.options(path)
    assert response.status_code == 204
    assert method in response.headers["allow"]
    wrong = Visitor().http.delete(path)
    assert wrong.status_code == 405
    assert f"for other methods: {wrong.headers['allow']}." in wrong.text


def test_errors_are_readable_for_scripts_too() -> None:
    response = Visitor().http.post("/oauth2-token", data={"grant_type": "x"}, headers=ORIGIN)
    assert (response.status_code, response.headers["access-control-allow-origin"]) == (400, "*")


@pytest.mark.parametrize("path", ["/nothing", "/storefront", "/storefront/jwks/", "/oauth2-token/authorize/", "/%00"])
def test_where_nothing_is_there_is_a_page_that_says_so_and_no_redirect(path: str) -> None:
    response = Visitor().http.get(path, headers={"Host": "evil.example"})
    assert response.status_code == 404
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "The start page lists the realms" in response.text
    assert "evil" not in response.text


@pytest.mark.parametrize("path", ["/storefront/introspect", "/oauth2-token/login", "/oauth2-token/device", "/"])
def test_no_script_of_another_origin_may_read_the_others(path: str) -> None:
    for method in ("GET", "POST"):
        response = Visitor().http.request(method, path, headers=ORIGIN)
        assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("path", ["/oauth2-token/authorize", "/oauth2-token/login", "/oauth2-token/device"])
def test_pages_of_a_realm_stand_below_the_path_of_its_cookie(path: str) -> None:
    for prefix, realm in (("", "storefront"), ("/admin", "backoffice")):
        visitor = Visitor(prefix=prefix)
        visitor.consent("admin" if prefix else "buyer@example.com", response_type="code", client_id=f"{realm}-web")
        (cookie,) = visitor.http.cookies.jar
        assert f"{prefix}{path}".startswith(f"{cookie.path}/")
