import pytest

from mockidp.serving.loopback import is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_only_this_machine_reaches_it(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "::", "10.0.0.1", "localhost.example", "idp", "2130706433"])
def test_others_may_reach_it(host: str) -> None:
    assert not is_loopback(host)
