import socket

import pytest
from sockets import free_port

pytest_plugins = ["pytester"]

CONFIGURED = """
    def test_it(mock_idp):
        assert [realm.title for realm in mock_idp.config.realms][0] == "Kiosk"
        assert mock_idp.config.dialect == "orocommerce"
"""
KIOSK = 'demo = false\n[[realms]]\nname = "storefront"\ntitle = "Kiosk"\n'


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    # Where it is set, pytest says more.
    monkeypatch.delenv("CI", raising=False)


def test_the_configuration_stands_beside_the_ini_file(pytester: pytest.Pytester) -> None:
    settings = pytester.mkdir("settings")
    (settings / "kiosk.toml").write_text(KIOSK)
    (settings / "pytest.ini").write_text("[pytest]\nmockidp_config = kiosk.toml\nmockidp_dialect = orocommerce\n")
    test = pytester.makepyfile(CONFIGURED)
    pytester.runpytest_subprocess("-c", "settings/pytest.ini", test).assert_outcomes(passed=1)


def test_the_command_line_goes_before_the_ini_file(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nmockidp_config = nowhere.toml\nmockidp_dialect = standard\nmockidp_port = 1\n")
    (pytester.path / "kiosk.toml").write_text(KIOSK)
    pytester.makepyfile(CONFIGURED)
    flags = ("--mockidp-config=kiosk.toml", "--mockidp-dialect=orocommerce", "--mockidp-port=0")
    pytester.runpytest_subprocess(*flags).assert_outcomes(passed=1)


def test_each_worker_takes_the_next_port(pytester: pytest.Pytester) -> None:
    first = free_port(3)
    pytester.makeini(f"[pytest]\nmockidp = true\nmockidp_port = {first}\n")
    pytester.makepyfile(f"""
        import os

        def test_it(mock_idp, worker_id):
            port = int(mock_idp.base_url.rpartition(":")[2])
            assert port == {first} + {{"gw0": 1, "gw1": 2}}[worker_id]
            assert os.environ["MOCKIDP_STOREFRONT_ISSUER"].startswith(mock_idp.base_url)
    """)
    pytester.runpytest_subprocess("-n2", "--dist=each").assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("flag", "problem"),
    [
        ("--mockidp-port=x", "--mockidp-port: expected a number from 0 to 65535, not 'x'"),
        ("--mockidp-port=65536", "--mockidp-port: expected a number from 0 to 65535, not '65536'"),
        ("--mockidp-config=none.toml", "none.toml: cannot be read: No such file or directory"),
        ("--mockidp-dialect=klingon", "dialect: expected one of standard, orocommerce"),
    ],
)
def test_an_option_that_cannot_be_is_named(flag: str, problem: str, pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(mock_idp): pass")
    with_fixture = pytester.runpytest_inprocess(flag)
    with_fixture.assert_outcomes(errors=1)
    assert problem in with_fixture.stdout.str()
    assert "Traceback" not in with_fixture.stdout.str()


def test_a_port_that_is_taken_stops_the_run_before_it_begins(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(): pass")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = pytester.runpytest_subprocess(f"--mockidp-port={port}", "-o", "mockidp=true")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"cannot listen on 127.0.0.1 port {port}" in result.stderr.str()


def test_every_option_is_in_the_help(pytester: pytest.Pytester) -> None:
    said = pytester.runpytest_inprocess("--help").stdout.str()
    for name in ("config", "port", "dialect", "show-requests"):
        assert f"--mockidp-{name}" in said
        assert f"mockidp_{name.replace('-', '_')} (" in said
