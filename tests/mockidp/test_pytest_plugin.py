import subprocess
import sys
from collections.abc import Callable

import pytest

pytest_plugins = ["pytester"]

Run = Callable[..., pytest.RunResult]

CURE = "pip install 'realmgate[mockidp]'"

WITHOUT_THE_EXTRA = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        extra = {"authlib", "httptools", "itsdangerous", "jinja2", "python_multipart", "uvicorn", "uvloop", "yaml"}
        if name.partition(".")[0] in extra:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Refuse())
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a test module in a pytest of its own."""
    monkeypatch.delenv("MOCKIDP_STOREFRONT_ISSUER", raising=False)
    monkeypatch.delenv("MOCKIDP_BACKOFFICE_ISSUER", raising=False)
    # Where it is set, pytest says more.
    monkeypatch.delenv("CI", raising=False)

    def run_module(module: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(module)
        return pytester.runpytest_subprocess("-W", "error", *arguments)

    return run_module


@pytest.fixture
def slim(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the other pytest one of an install without the extra."""
    site = pytester.mkdir("slim")
    (site / "sitecustomize.py").write_text(WITHOUT_THE_EXTRA)
    monkeypatch.setenv("PYTHONPATH", str(site))


def test_mock_idp_really_listens_at_the_same_address_in_every_test(run: Run) -> None:
    run("""
        import requests

        seen = set()

        def test_a(mock_idp):
            seen.add((mock_idp.base_url, str(mock_idp.keys_of("storefront")())))
            assert requests.get(mock_idp.base_url, timeout=10).status_code == 200

        def test_b(mock_idp):
            seen.add((mock_idp.base_url, str(mock_idp.keys_of("storefront")())))
            assert len(seen) == 1
    """).assert_outcomes(passed=2)


def test_a_configuration_that_a_test_takes_ends_with_it(run: Run) -> None:
    result = run(
        """
        from mockidp import Config, Realm

        def test_a(mock_idp):
            mock_idp.configure(Config(realms=(Realm(name="garage"),)))
            assert mock_idp.issuer("garage")

        def test_b(mock_idp):
            assert mock_idp.config == Config()
            assert mock_idp.issuer("storefront")
        """
    )
    result.assert_outcomes(passed=2)


def test_an_outage_that_a_test_makes_ends_with_it(run: Run) -> None:
    run("""
        import pytest
        import requests

        def test_a(mock_idp):
            mock_idp.stop()
            with pytest.raises(requests.ConnectionError):
                requests.get(mock_idp.base_url, timeout=10)

        def test_b(mock_idp):
            assert requests.get(mock_idp.base_url, timeout=10).status_code == 200
            assert requests.get(f"{mock_idp.base_url}/readyz", timeout=10).text != "stopping"
    """).assert_outcomes(passed=2)


def test_what_a_test_does_to_clock_and_memory_ends_with_it(run: Run) -> None:
    run("""
        import pytest
        import requests

        @pytest.fixture(scope="module")
        def left():
            return {}

        def ask(idp, **fields):
            client = {"client_id": "storefront-service", "client_secret": "storefront-service-secret"}
            return requests.post(f"{idp.base_url}/oauth2-token", data={**client, **fields}, timeout=10)

        def test_a(mock_idp, left):
            left["idp"] = mock_idp
            mock_idp.clock.freeze(1_000_000)

        def test_between(left):
            assert not left["idp"].clock.frozen, "an app under test may look at the clock without our fixture"

        def test_b(mock_idp):
            assert not mock_idp.clock.frozen
            assert mock_idp.clock() > 1_000_000
    """).assert_outcomes(passed=3)


def test_tokens_of_both_realms_are_a_call_away(run: Run) -> None:
    run("""
        import base64
        import json

        def claims(token):
            payload = token.split(".")[1]
            return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))

        def test_storefront(mock_idp, storefront_token):
            token = claims(storefront_token(subject="buyer", scope="orders:read", expires_in=5))
            assert token["iss"] == mock_idp.issuer("storefront")
            assert (token["sub"], token["scope"], token["exp"] - token["iat"]) == ("buyer", "orders:read", 5)

        def test_backoffice(mock_idp, backoffice_token):
            token = claims(backoffice_token(claims={"acr": "high"}))
            assert (token["iss"], token["sub"], token["acr"]) == (mock_idp.issuer("backoffice"), "admin", "high")
    """).assert_outcomes(passed=2)


def test_with_the_ini_option_an_app_finds_the_issuers_when_it_is_imported(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nmockidp = true\n")
    run("""
        import os
        import socket
        import pytest

        STOREFRONT = os.environ["MOCKIDP_STOREFRONT_ISSUER"]
        BACKOFFICE = os.environ["MOCKIDP_BACKOFFICE_ISSUER"]

        def test_before_the_first_use_it_refuses_at_once():
            host, port = STOREFRONT.split("/")[2].split(":")
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection((host, int(port)), timeout=10)

        def test_at_first_use_it_is_there(mock_idp):
            assert (STOREFRONT, BACKOFFICE) == (mock_idp.issuer("storefront"), mock_idp.issuer("backoffice"))
    """).assert_outcomes(passed=2)


def test_without_the_ini_option_nothing_is_exported_and_nothing_is_loaded(run: Run) -> None:
    run("""
        import os
        import sys

        def test_it():
            assert not [name for name in os.environ if name.startswith("MOCKIDP_")]
            ours = {name for name in sys.modules if name.partition(".")[0] == "mockidp"}
            assert ours == {"mockidp", "mockidp.pytest_plugin", "mockidp.pytest_options"}
    """).assert_outcomes(passed=1)


def test_the_plugin_itself_loads_nothing_of_others() -> None:
    program = """
import sys, pytest, argparse, pathlib
before = set(sys.modules)
import mockidp.pytest_plugin
print(sorted(name for name in set(sys.modules) - before if not name.startswith("mockidp")))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("issuer_of", [(), ("STOREFRONT", "BACKOFFICE")], ids=["as exported", "taken away by a test"])
def test_the_environment_is_left_as_it_was(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, issuer_of: tuple[str, ...]
) -> None:
    pytester.makeini("[pytest]\nmockidp = true\n")
    pytester.makepyfile(f"""
        import os

        def test_it():
            assert os.environ["MOCKIDP_STOREFRONT_ISSUER"] != "mine"
            for realm in {issuer_of}:
                del os.environ[f"MOCKIDP_{{realm}}_ISSUER"]
    """)
    monkeypatch.setenv("MOCKIDP_STOREFRONT_ISSUER", "mine")
    monkeypatch.delenv("MOCKIDP_BACKOFFICE_ISSUER", raising=False)
    # Where it is set, pytest says more.
    monkeypatch.delenv("CI", raising=False)
    program = """
        import os
        import sys
        import pytest

        assert pytest.main(["-q"]) == 0
        left = {name: value for name, value in os.environ.items() if name.startswith("MOCKIDP_")}
        assert left == {"MOCKIDP_STOREFRONT_ISSUER": "mine"}, left
    """
    assert pytester.runpython(pytester.makepyfile(outer=program)).ret == 0


def test_each_worker_process_has_one_of_its_own(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nmockidp = true\n")
    result = run(
        """
        import os
        import pytest

        @pytest.mark.parametrize("number", range(4))
        def test_it(number, mock_idp, request):
            assert mock_idp.issuer("storefront") == os.environ["MOCKIDP_STOREFRONT_ISSUER"]
            with open(f"{request.config.workerinput['workerid']}.seen", "a") as seen:
                seen.write(f"{mock_idp.base_url}\\n")
        """,
        *("-n", "2", "--dist", "each"),
    )
    result.assert_outcomes(passed=8)
    seen = [set(file.read_text().split()) for file in pytester.path.glob("*.seen")]
    assert [len(addresses) for addresses in seen] == [1, 1]
    assert seen[0] != seen[1]


def test_without_the_extra_only_the_test_that_asks_fails_and_names_what_to_install(run: Run, slim: None) -> None:
    result = run("""
        def test_a():
            pass

        def test_b(mock_idp):
            pass

        def test_c(storefront_token):
            pass
    """)
    result.assert_outcomes(passed=1, errors=2)
    assert result.stdout.str().count(f", which is not installed: {CURE}\n") == 2
    assert "Traceback" not in result.stdout.str()


def test_without_the_extra_the_ini_option_names_what_to_install(
    run: Run, slim: None, pytester: pytest.Pytester
) -> None:
    pytester.makeini("[pytest]\nmockidp = true\n")
    result = run("def test_a(): pass")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.stderr.str().strip().endswith(f", which is not installed: {CURE}")
    assert result.stderr.str().startswith("ERROR: mockidp.MockIdp needs ")


def test_a_marker_says_how_one_test_wants_it_and_the_next_test_never_knows(run: Run) -> None:
    run("""
        import os
        import unittest

        import pytest
        import requests

        service = ("storefront-service", "storefront-service-secret")

        def issued(idp):
            answer = requests.post(
                f"{idp.base_url}/oauth2-token", {"grant_type": "client_credentials"}, auth=service, timeout=10
            )
            return answer.status_code, answer.json().get("expires_in")

        @pytest.mark.mockidp(access_token_lifetime="5s", clock="2030-01-01T00:00:00Z", frozen=True)
        class TestOfAnHour:
            def test_class(self, mock_idp):
                assert issued(mock_idp) == (200, 5)
                assert mock_idp.clock() == 1893456000

            @pytest.mark.mockidp(clock=1, always="status=503")
            def test_nearest(self, mock_idp):
                assert issued(mock_idp) == (503, None)
                assert (mock_idp.clock(), mock_idp.clock.frozen) == (1, True)

        def test_after(mock_idp):
            assert issued(mock_idp) == (200, 3600)
            assert not mock_idp.clock.frozen

        @pytest.mark.mockidp(always="jwks-down")
        def test_that_names_no_fixture():
            keys = requests.get(os.environ["MOCKIDP_STOREFRONT_ISSUER"] + "/jwks", timeout=10)
            assert keys.status_code == 503

        @pytest.mark.mockidp(always="jwks-down")
        class OfUnittest(unittest.TestCase):
            def test_it(self):
                keys = requests.get(os.environ["MOCKIDP_STOREFRONT_ISSUER"] + "/jwks", timeout=10)
                self.assertEqual(keys.status_code, 503)
    """, "--strict-markers", "-o", "mockidp=true").assert_outcomes(passed=5)  # fmt: skip


def test_a_marker_that_cannot_be_names_the_test_and_what_there_is(run: Run) -> None:
    result = run("""
        import pytest

        @pytest.mark.mockidp(faults="expired")
        def test_a(mock_idp): pass

        @pytest.mark.mockidp("expired")
        def test_b(mock_idp): pass
    """)
    result.assert_outcomes(errors=2)
    said = result.stdout.str()
    assert "test_a: @pytest.mark.mockidp: there is no argument 'faults' (did you mean 'fault'?); there are " in said
    assert "test_b: @pytest.mark.mockidp: it takes its arguments by name" in said
    assert "Traceback" not in said


def test_the_marker_is_explained(run: Run) -> None:
    assert "@pytest.mark.mockidp(fault=" in run("", "--markers").stdout.str()


FAILING = """
    import requests

    service = ("storefront-service", "storefront-service-secret")

    def test_fails(mock_idp):
        token = {"grant_type": "client_credentials", "scope": "everything"}
        requests.post(f"{mock_idp.base_url}/oauth2-token", token, auth=service, timeout=10).raise_for_status()

    def test_fails_without():
        assert False

    def test_passes(mock_idp):
        pass
"""


def test_a_failure_shows_what_was_asked_and_answered(run: Run) -> None:
    said = run(FAILING).stdout.str()
    section = said.partition("- mockidp requests -")[2]
    assert "POST /oauth2-token" in section
    assert "invalid_scope" in section
    assert "authorization: Basic [hidden]" in section
    assert said.count("- mockidp requests -") == 1


@pytest.mark.parametrize("how", [("--no-mockidp-show-requests",), ("-o", "mockidp_show_requests=false")])
def test_a_failure_need_not_show_it(run: Run, how: tuple[str, ...]) -> None:
    assert "- mockidp requests -" not in run(FAILING, *how).stdout.str()


def test_the_section_comes_back_from_a_worker(run: Run) -> None:
    assert "- mockidp requests -" in run(FAILING, "-n", "1", "--mockidp-show-requests").stdout.str()


def test_realms_whose_variables_would_be_the_same_are_refused(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makefile(".toml", idp='demo = false\n[[realms]]\nname = "a-b"\n[[realms]]\nname = "a_b"\n')
    pytester.makeini("[pytest]\nmockidp = true\nmockidp_config = idp.toml\n")
    pytester.makepyfile("def test_a(): pass")
    result = pytester.runpytest_subprocess()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*'a-b' and 'a_b' would both be MOCKIDP_A_B_*"])


COMPARISONS = [
    'dict(seen.form) == {**WANTED, "grant_type": "password"}',
    'dict(seen.form) == {**WANTED, "client_secret": "an0ther-secret"}',
    "seen.form == tuple(WANTED.items())[:2]",
    'seen.form[0] == ("grant_type", "password")',
    "list(seen.form) == []",
    "set(seen.form) == set(list(WANTED.items())[1:])",
    'seen.form[-1] == ("client_secret", "an0ther-secret")',
    'dict(seen.form)["client_secret"] == "an0ther-secret"',
    'dict(seen.form)["client_secret"] != SECRET',
    'SECRET not in dict(seen.form)["client_secret"]',
    '("client_secret", "an0ther-secret") in seen.form',
    "seen.form is None",
    'seen.query == (("code", "an0ther-secret"),)',
    'seen.header("authorization") == "Bearer an0ther-secret"',
    'dict(seen.headers)["authorization"] == "Bearer an0ther-secret"',
    'seen.parameters == ("client_secret", "an0ther-secret")',
    "not seen.form",
    "seen == retried(seen)",
]


@pytest.mark.parametrize("verbosity", ["-q", "-vv"])
def test_a_failed_comparison_with_a_captured_request_prints_no_secret(run: Run, verbosity: str) -> None:
    tests = "".join(f"def test_{at}(seen):\n    assert {one}\n\n" for at, one in enumerate(COMPARISONS))
    result = run(
        f"""
import pytest, requests
from base64 import b64decode
from dataclasses import replace

SECRET = b64decode("czNjcmV0LXZhbHVl").decode()
WANTED = {{"grant_type": "refresh_token", "scope": "a", "client_secret": SECRET}}

def retried(seen):
    return replace(seen, body=seen.body + b"&x=an0ther-secret")

@pytest.fixture
def seen(mock_idp):
    headers = {{"Authorization": f"Bearer {{SECRET}}"}}
    requests.post(f"{{mock_idp.base_url}}/oauth2-token?code={{SECRET}}", WANTED, headers=headers, timeout=10)
    return mock_idp.requests.take()

{tests}""",
        verbosity,
        "--tb=short",
    )
    result.assert_outcomes(failed=len(COMPARISONS))
    said = [line for line in result.outlines if not line.startswith(("    assert ", "    asser"))]
    assert "s3cret-value" not in "\n".join(result.outlines)
    assert [line for line in said if line.startswith("E ") and "an0ther" in line] == []
    assert "refresh_token" in "\n".join(said), "what is no secret is shown"


def test_a_comparison_of_other_things_is_told_as_ever(run: Run) -> None:
    result = run("""
        def test_one():
            assert {"code": "x"} == {"code": "y"}

        def test_circle():
            circle = []
            circle.append(circle)
            assert circle == [1]

        class Odd:
            def __repr__(self):
                raise RuntimeError("odd")

        def test_odd(mock_idp):
            import requests
            requests.get(f"{mock_idp.base_url}/?code=x", timeout=10)
            assert mock_idp.requests.take().query == Odd()
    """)
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(["*assert (('code', [[]hidden]),) == <Odd *"])
    assert {"E         {'code': 'x'} != {'code': 'y'}", "E         At index 0 diff: [[...]] != 1"} <= set(
        result.outlines
    )


def test_a_comparison_where_nothing_was_captured_is_not_looked_through(run: Run) -> None:
    result = run("""
        import sys
        import pytest

        def test_one():
            with pytest.raises(AssertionError):
                assert {"code": "x"} == {"code": "y"}
            assert "mockidp.captured" not in sys.modules
    """)
    result.assert_outcomes(passed=1)
