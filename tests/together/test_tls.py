"""A gate and a provider that speaks https: trusted by its own authority only, in tests of the plugin too."""

import pytest
from both_doors import Doors, asgi_app, wsgi_app

from mockidp import MockIdp
from realmgate import Realm, Realms, asgi, wsgi

pytest_plugins = ["pytester"]


def doors_at(idp: MockIdp) -> Doors:
    shop = Realms(
        Realm("storefront", issuer=idp.issuer("storefront"), audience="https://shop.example/api", trust_mock=True)
    )
    return Doors(
        asgi=asgi.RealmGate(asgi_app, realm=shop["storefront"]), wsgi=wsgi.RealmGate(wsgi_app, realm=shop["storefront"])
    )


def test_a_gate_lets_in_by_keys_that_came_over_https(monkeypatch: pytest.MonkeyPatch) -> None:
    with MockIdp(tls=True) as idp:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(idp.ca_file))
        assert doors_at(idp).bearer(idp.token("storefront", subject="somebody")).status == 200


def test_a_gate_that_trusts_another_authority_gets_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    with MockIdp(tls=True) as idp, MockIdp(tls=True) as other:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other.ca_file))
        assert doors_at(idp).bearer(idp.token("storefront", subject="somebody")).status == 503


def test_the_fixture_speaks_https_where_its_file_says_so(pytester: pytest.Pytester) -> None:
    pytester.makefile(".toml", secure="tls = true\n")
    pytester.makepyfile("""
        import requests

        def test_it(mock_idp):
            assert mock_idp.issuer("storefront").startswith("https://")
            assert requests.get(mock_idp.base_url, verify=mock_idp.ca_file, timeout=10).status_code == 200
    """)
    pytester.runpytest_subprocess("-W", "error", "--mockidp-config", "secure.toml").assert_outcomes(passed=1)
