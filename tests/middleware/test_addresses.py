import pytest

from realmgate import ConfigurationError
from realmgate.addresses import check_address

PLACE = "Realm('storefront', issuer=…)"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "id.example",
        "//id.example/",
        "/jwks",
        "https://",
        "https:///jwks",
        "https:id.example",
        "ftp://id.example/jwks",
        "file:///etc/passwd",
        "data:application/json,{}",
        "javascript:alert(1)",
        "https://id.example:port/",
        "https://id.example:99999/",
        "https://[::1/",
        "https://user@id.example/",
        "https://user:secret@id.example/",
        "https://id.example/#keys",
        "https://id.example/\njwks",
        "https://id.exa\tmple/",
        " https://id.example/",
        "https://id.example/the keys",
        "https://id.example/?tenant=1",
    ],
)
def test_what_keys_must_not_come_from_is_refused_also_where_a_mock_is_trusted(url: str) -> None:
    for trust_mock in (False, True):
        with pytest.raises(ConfigurationError) as caught:
            check_address(url, trust_mock=trust_mock, place=PLACE)
        assert str(caught.value).startswith(PLACE)


@pytest.mark.parametrize("url", [None, 5, b"https://id.example", ["https://id.example"]])
def test_what_is_no_text_is_no_address(url: object) -> None:
    with pytest.raises(ConfigurationError):
        check_address(url, trust_mock=True, place=PLACE)  # type: ignore[arg-type]


def test_http_is_for_mocks_only_and_the_error_names_the_way() -> None:
    check_address("http://127.0.0.1:8800/storefront", trust_mock=True, place=PLACE)
    with pytest.raises(ConfigurationError, match="trust_mock=True"):
        check_address("http://127.0.0.1:8800/storefront", trust_mock=False, place=PLACE)


def test_a_query_is_good_where_the_place_allows_one() -> None:
    address = "https://login.example/discovery/keys?p=b2c_1_signin"
    check_address(address, trust_mock=False, place=PLACE, query=True)
    with pytest.raises(ConfigurationError, match="query"):
        check_address(address, trust_mock=False, place=PLACE)


@pytest.mark.parametrize("url", ["https://id.example", "https://id.example:8443/realms/shop/", "https://[::1]/"])
def test_https_with_a_host_is_good(url: str) -> None:
    check_address(url, trust_mock=False, place=PLACE)
