"""What an installation says about itself."""

import pytest
from oro import BASE, Oro, config_of, is_page
from oro_rows import FROM_6_0, V5, covers

from mockidp.settings.config import ProtectedResource

SERVERS = "/.well-known/oauth-authorization-server"
RESOURCES = "/.well-known/oauth-protected-resource"


@covers("D6", versions=FROM_6_0)
@pytest.mark.parametrize("prefix", ["", "/admin"])
def test_each_application_describes_its_server(version: str, prefix: str) -> None:
    answer = Oro(version).http.get(f"{SERVERS}{prefix}/oauth2-server")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert list(answer.json().items()) == [
        ("issuer", f"{BASE}{prefix}/oauth2-server"),
        ("authorization_endpoint", f"{BASE}{prefix}/oauth2-token/authorize"),
        ("token_endpoint", f"{BASE}/oauth2-token"),
        ("response_types_supported", ["code"]),
        ("grant_types_supported", ["authorization_code", "client_credentials", "password", "refresh_token"]),
        ("code_challenge_methods_supported", ["S256"]),
        ("client_id_metadata_document_supported", True),
    ]
    assert "\\/oauth2-server" in answer.text


@covers("D6", versions=FROM_6_0)
def test_without_a_storefront_the_back_office_is_the_one_without_prefix(version: str) -> None:
    oro = Oro(version, config=config_of(version, single=True))

    document = oro.http.get(f"{SERVERS}/oauth2-server").json()
    assert document["authorization_endpoint"] == f"{BASE}/oauth2-token/authorize"
    assert oro.http.get(f"{SERVERS}/admin/oauth2-server").status_code == 404


@covers("D7", versions=FROM_6_0)
@pytest.mark.parametrize("path", ["/oauth2-server", "/admin/oauth2-server"])
def test_there_is_nothing_at_the_servers_own_address(version: str, path: str) -> None:
    assert is_page(Oro(version).http.get(path), 404)


@covers("D8", versions=FROM_6_0)
@pytest.mark.parametrize("path", ["", "oauth2", "storefront", "oauth2-server/", "x/oauth2-server"])
def test_what_is_no_server_is_said_in_plain_text(version: str, path: str) -> None:
    answer = Oro(version).http.get(f"{SERVERS}/{path}")

    assert (answer.status_code, answer.text) == (404, "The OAuth server not found.")
    assert answer.headers["content-type"].startswith("text/plain")


@covers("D9", versions=FROM_6_0)
def test_configured_resources_are_described_and_no_others(version: str) -> None:
    resources = (
        ProtectedResource(path="/mcp", name="Storefront tools", scopes=("mcp",)),
        ProtectedResource(path="/admin/mcp", name="Back-office tools"),
    )
    oro = Oro(version, protected_resources=resources)

    assert oro.http.get(f"{RESOURCES}/mcp").json() == {
        "resource_name": "Storefront tools",
        "resource": f"{BASE}/mcp",
        "authorization_servers": [f"{BASE}/oauth2-server"],
        "bearer_methods_supported": ["header"],
        "scopes_supported": ["mcp"],
    }
    of_the_back_office = oro.http.get(f"{RESOURCES}/admin/mcp").json()
    assert of_the_back_office["authorization_servers"] == [f"{BASE}/admin/oauth2-server"]
    assert of_the_back_office["scopes_supported"] == []
    nothing = oro.http.get(f"{RESOURCES}/api")
    assert (nothing.status_code, nothing.text) == (404, "The resource not found.")
    assert nothing.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("version", V5)
@pytest.mark.parametrize("path", [f"{SERVERS}/oauth2-server", f"{RESOURCES}/mcp"])
def test_earlier_versions_describe_nothing(version: str, path: str) -> None:
    assert is_page(Oro(version, protected_resources=(ProtectedResource(path="/mcp"),)).http.get(path), 404)
