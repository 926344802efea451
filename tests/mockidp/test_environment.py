import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import requests
from visitor import quick

from mockidp import Config, ConfigError, MockIdp, Realm
from mockidp.environment import variable_name


def env(
    config: Config | None = None, *, realm: str | None = None, client: str | None = None, **settings: Any
) -> dict[str, str]:
    idp = MockIdp(config, **settings)
    idp.stop()
    return idp.env(realm=realm, client=client)


def test_an_app_gets_a_token_with_nothing_but_its_variables() -> None:
    with MockIdp(quick(), tls=True) as idp:
        told = idp.env(client="storefront-service")
        form = {
            "grant_type": "client_credentials",
            "client_id": told["MOCKIDP_STOREFRONT_CLIENT_ID"],
            "client_secret": told["MOCKIDP_STOREFRONT_CLIENT_SECRET"],
        }
        trust = told["REQUESTS_CA_BUNDLE"]
        answer = requests.post(told["MOCKIDP_STOREFRONT_TOKEN_ENDPOINT"], form, verify=trust, timeout=10)
        document = requests.get(told["MOCKIDP_STOREFRONT_DISCOVERY"], verify=trust, timeout=10).json()
    assert answer.json()["token_type"] == "Bearer"
    assert document["issuer"] == told["MOCKIDP_STOREFRONT_ISSUER"] == idp.issuer("storefront")
    assert document["jwks_uri"] == told["MOCKIDP_STOREFRONT_JWKS_URI"]
    assert document["authorization_endpoint"] == told["MOCKIDP_STOREFRONT_AUTHORIZATION_ENDPOINT"]
    assert told["MOCKIDP_STOREFRONT_AUDIENCE"] == "https://shop.example/api"


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_curl_trusts_it_whatever_it_trusted_before(tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_text("")
    with MockIdp(quick(), tls=True) as idp:
        told = idp.env()
        before = {**os.environ, "CURL_CA_BUNDLE": str(other)}
        command = ["curl", "--silent", "--fail", "--noproxy", "*", told["MOCKIDP_STOREFRONT_DISCOVERY"]]
        refused = subprocess.run(command, env={**before, "SSL_CERT_FILE": told["SSL_CERT_FILE"]}, check=False)
        answer = subprocess.run(command, env={**before, **told}, check=True, capture_output=True)
        assert refused.returncode != 0, "curl looks at CURL_CA_BUNDLE first"
        assert json.loads(answer.stdout)["issuer"] == idp.issuer("storefront")


def test_of_each_realm_it_is_the_first_client() -> None:
    told = env()
    assert told["MOCKIDP_STOREFRONT_CLIENT_ID"] == "storefront-web"
    assert told["MOCKIDP_BACKOFFICE_CLIENT_ID"] == "backoffice-web"
    assert told["MOCKIDP_BACKOFFICE_REDIRECT_URI"] == "http://127.0.0.1:8900/callback/backoffice"


def test_one_realm_or_one_client_can_be_chosen() -> None:
    assert not [name for name in env(realm="backoffice") if "STOREFRONT" in name]
    told = env(client="backoffice-cli")
    assert told["MOCKIDP_BACKOFFICE_CLIENT_ID"] == "backoffice-cli"
    assert "MOCKIDP_BACKOFFICE_CLIENT_SECRET" not in told, "it is a public client"
    assert not [name for name in told if "STOREFRONT" in name]


@pytest.mark.parametrize(
    ("chosen", "problem"),
    [
        ({"realm": "garage"}, "realm: there is no realm 'garage'; there are storefront, backoffice"),
        ({"client": "nobody"}, "client: there is no client 'nobody'; there are storefront-web, "),
        (
            {"realm": "backoffice", "client": "storefront-web"},
            "client: there is no client 'storefront-web'; .* backoffice-web",
        ),
    ],
)
def test_what_is_not_there_is_answered_with_what_is(chosen: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError, match=f"^{problem}"):
        env(**chosen)


def test_a_realm_without_clients_still_has_its_addresses() -> None:
    told = env(Config(realms=(Realm(name="north-west", algorithm="ES256"),)))
    assert told["MOCKIDP_NORTH_WEST_ISSUER"].endswith("/north-west")
    assert "MOCKIDP_NORTH_WEST_CLIENT_ID" not in told
    assert variable_name("north-west") == "NORTH_WEST"


def test_a_client_that_was_added_can_be_the_app() -> None:
    idp = MockIdp()
    idp.clients.add("storefront", client_id="late", client_secret="late-secret")
    assert idp.env(client="late")["MOCKIDP_STOREFRONT_CLIENT_SECRET"] == "late-secret"
    idp.stop()


def test_browsers_and_clients_are_sent_where_each_can_reach_it() -> None:
    told = env(base_url="http://idp:8800", browser_base_url="http://localhost:8800")
    assert told["MOCKIDP_URL"] == "http://idp:8800"
    assert told["MOCKIDP_STOREFRONT_TOKEN_ENDPOINT"] == "http://idp:8800/oauth2-token"
    assert told["MOCKIDP_STOREFRONT_AUTHORIZATION_ENDPOINT"] == "http://localhost:8800/oauth2-token/authorize"


def test_without_tls_nobody_is_told_to_trust_anything() -> None:
    assert not {"CURL_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"} & env().keys()


@pytest.mark.parametrize(("version", "described"), [("5.0", False), ("6.1", True)])
def test_orocommerce_names_an_issuer_only_where_it_has_a_document(version: str, described: bool) -> None:
    with MockIdp(dialect="orocommerce", oro_version=version) as idp:  # type: ignore[arg-type]
        told = idp.env()
        assert ("MOCKIDP_STOREFRONT_ISSUER" in told) == described
        assert told["MOCKIDP_STOREFRONT_AUDIENCE"] == "storefront-web"
        assert requests.get(told["MOCKIDP_STOREFRONT_JWKS_URI"], timeout=10).json()["keys"]
        if described:
            document = requests.get(told["MOCKIDP_STOREFRONT_DISCOVERY"], timeout=10).json()
            assert document["issuer"] == told["MOCKIDP_STOREFRONT_ISSUER"]


def test_realms_whose_variables_would_be_the_same_are_refused_unless_one_is_chosen() -> None:
    config = Config(realms=(Realm(name="a-b"), Realm(name="a_b")))
    with pytest.raises(ConfigError, match=r"^realm: 'a-b' and 'a_b' would both be MOCKIDP_A_B_…: choose one"):
        env(config)
    assert env(config, realm="a_b")["MOCKIDP_A_B_ISSUER"].endswith("/a_b")
