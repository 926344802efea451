import pytest

from mockidp.serving.loopback import host_in, hosts_of, is_address, is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_only_this_machine_reaches_it(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "::", "10.0.0.1", "localhost.example", "idp", "2130706433"])
def test_others_may_reach_it(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("LocalHost:8800", "localhost"),
        ("[::1]:8800", "::1"),
        ("idp.example", "idp.example"),
        ("", None),
        ("a b", None),
        ("a:b", None),
        ("user@a", None),
        ("[::1", None),
    ],
)
def test_a_host_header_names_one_host_or_none(header: str, host: str | None) -> None:
    assert host_in(header) == host


def test_only_an_ip_address_is_one() -> None:
    assert is_address("192.168.1.7")
    assert is_address("::1")
    assert not is_address("192.168.1.7.example")
    assert hosts_of(("http://[::1]:1/x", "https://Idp.Example")) == {"::1", "idp.example"}
