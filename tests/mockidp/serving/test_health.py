from pathlib import Path

import pytest
import requests
from starlette.testclient import TestClient
from visitor import new_provider

from mockidp import Config, MockIdp
from mockidp.cli.request_lines import RequestLines
from mockidp.provider import build_app


@pytest.fixture
def client() -> TestClient:
    return TestClient(build_app(new_provider()))


def test_it_is_alive_and_says_so_briefly(client: TestClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text, answer.headers["cache-control"]) == (200, "alive\n", "no-store")


def test_it_is_ready_once_its_keys_are_made_and_to_ask_has_them_made() -> None:
    provider = new_provider()
    client = TestClient(build_app(provider))
    early = client.get("/readyz")
    assert (early.status_code, early.text, early.headers["retry-after"]) == (503, "making keys\n", "1")
    provider.warm_up().join(10)
    assert (client.get("/readyz").status_code, client.get("/readyz").text) == (200, "ready\n")
    assert provider.keys.made


def test_keys_are_warmed_once_and_those_that_realms_share_only_once() -> None:
    provider = new_provider(Config(shared_keys=True))
    assert provider.warm_up() is provider.warm_up()
    provider.warm_up().join(10)
    assert provider.keys["storefront"].phases == provider.keys["backoffice"].phases
    assert len(provider.keys["storefront"].phases) == 1


def test_one_that_stops_is_alive_and_not_ready() -> None:
    provider = new_provider()
    provider.warm_up().join(10)
    provider.stopping.set()
    client = TestClient(build_app(provider))
    assert client.get("/healthz").status_code == 200
    assert (client.get("/readyz").status_code, client.get("/readyz").text) == (503, "stopping\n")


def test_one_that_is_started_again_is_ready_again() -> None:
    idp = MockIdp()
    with idp:
        idp.provider.warm_up().join(10)
    assert idp.provider.trouble() == "stopping"
    with idp:
        assert requests.get(f"{idp.base_url}/readyz", timeout=10).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_only_reading_is_answered(client: TestClient, path: str) -> None:
    assert client.post(path).status_code == 405
    assert client.head(path).text == ""


@pytest.mark.parametrize("path", ["/healthz/", "/readyz/x", "//healthz", "/HEALTHZ"])
def test_other_paths_are_other_paths(client: TestClient, path: str) -> None:
    assert client.get(f"http://testserver{path}").status_code == 404


@pytest.mark.parametrize("dialect", ["standard", "orocommerce"])
def test_neither_is_captured_nor_does_a_fault_touch_it(dialect: str) -> None:
    with MockIdp(dialect=dialect) as idp:  # type: ignore[arg-type]
        idp.faults.always("status=500")
        answers = [
            requests.get(f"{idp.base_url}/healthz", headers={**asked, "Host": "idp:8800"}, timeout=10)
            for asked in ({}, {"X-Mock-Fault": "drop"})
        ]
        assert [answer.status_code for answer in answers] == [200, 200], "by another name, as between containers"
        assert len(idp.requests) == 0
        assert requests.get(f"{idp.base_url}/", timeout=10).status_code == 500


def test_no_line_is_printed_for_either() -> None:
    lines: list[str] = []
    client = TestClient(RequestLines(build_app(new_provider()), lines.append))
    for path in ("/healthz", "/readyz", "/mockidp.css"):
        client.get(path)
    assert [line.split()[2] for line in lines] == ["/mockidp.css"]


def test_keys_that_are_kept_are_there_at_once(tmp_path: Path) -> None:
    idp = MockIdp(keys_dir=str(tmp_path))
    assert idp.provider.trouble() in {"", "making keys"}
    idp.provider.warm_up().join(10)
    assert idp.provider.trouble() == ""
    idp.stop()
