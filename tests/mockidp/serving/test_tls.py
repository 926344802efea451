import gc
import os
import shutil
import socket
import ssl
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from person import authlib_client
from visitor import quick

from mockidp import ConfigError, MockIdp
from mockidp.serving.authority import new_authority
from mockidp.serving.tls import CA, KEPT, Tls

DISCOVERY = "/storefront/.well-known/openid-configuration"


def test_its_issuers_are_https_and_a_client_that_trusts_its_authority_is_content() -> None:
    with MockIdp(quick(), tls=True) as idp:
        assert idp.issuer("storefront").startswith("https://127.0.0.1:")
        document = requests.get(f"{idp.base_url}{DISCOVERY}", verify=idp.ca_file, timeout=10).json()
    assert document["issuer"] == idp.issuer("storefront")
    assert all(url.startswith("https://") for name, url in document.items() if name.endswith(("_endpoint", "_uri")))


def test_a_client_that_does_not_trust_it_gets_nothing() -> None:
    with MockIdp(quick(), tls=True) as idp:
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(idp.base_url, timeout=10)
        with pytest.raises(requests.exceptions.SSLError), MockIdp(quick(), tls=True) as other:
            requests.get(idp.base_url, verify=other.ca_file, timeout=10)
        with pytest.raises(requests.exceptions.ConnectionError):
            requests.get(idp.base_url.replace("https", "http"), timeout=10)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_curl_is_content_with_either_name(host: str) -> None:
    if shutil.which("curl") is None:
        pytest.skip("there is no curl here")
    with MockIdp(quick(), tls=True) as idp:
        address = f"{idp.base_url}{DISCOVERY}".replace("127.0.0.1", host)
        command = ["curl", "--silent", "--show-error", "--fail", "--cacert", str(idp.ca_file), address]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    assert '"issuer"' in answer.stdout


def test_node_is_content_with_its_variable() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node here")
    with MockIdp(quick(), tls=True) as idp:
        script = "fetch(process.argv[1]).then(r => console.log(r.status), e => console.log(String(e.cause)))"
        command = [node, "-e", script, f"{idp.base_url}{DISCOVERY}"]
        trusting = {**os.environ, "NODE_EXTRA_CA_CERTS": str(idp.ca_file)}
        answers = [
            subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
            for env in (trusting, os.environ)
        ]
    assert answers[0] == "200\n"
    assert "certificate" in answers[1]


def test_a_whole_flow_works_over_it_with_cookies_for_https_only() -> None:
    with MockIdp(quick(), tls=True) as idp:
        client = authlib_client("storefront")
        client.verify = idp.ca_file
        address, state = client.create_authorization_url(
            f"{idp.base_url}/oauth2-token/authorize", code_verifier="v" * 48
        )
        tokens = client.fetch_token(
            f"{idp.base_url}/oauth2-token",
            authorization_response=idp.authorize(address),
            state=state,
            code_verifier="v" * 48,
        )
        page = requests.get(address, verify=idp.ca_file, timeout=10)
    assert tokens["access_token"]
    assert "; Secure" in page.headers["set-cookie"]


def test_the_name_that_clients_reach_it_by_is_on_its_certificate() -> None:
    with MockIdp(quick(), tls=True, base_url="https://idp.test:8800", browser_base_url="https://shop.test/id") as idp:
        context = ssl.create_default_context(cafile=idp.ca_file)
        port = int(idp.local_url.rsplit(":", 1)[1])
        for name in ("idp.test", "shop.test", "localhost"):
            with context.wrap_socket(_connected(port), server_hostname=name) as shaken:
                assert shaken.version() in {"TLSv1.2", "TLSv1.3"}
        with pytest.raises(ssl.SSLCertVerificationError), _connected(port) as raw:
            context.wrap_socket(raw, server_hostname="id.example")


def _connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def test_old_versions_are_not_spoken() -> None:
    context = Tls((), None).server_side()
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2


def test_its_file_goes_when_it_does_and_it_can_be_started_again_until_then() -> None:
    idp = MockIdp(quick(), tls=True)
    file = Path(str(idp.ca_file))
    for _ in range(2):
        with idp:
            assert requests.get(idp.base_url, verify=str(file), timeout=10).status_code == 200
    assert file.exists()
    assert "PRIVATE" not in file.read_text("ascii")
    assert list(file.parent.iterdir()) == [file]
    del idp
    gc.collect()
    assert not file.parent.exists()


def test_its_file_goes_with_the_process_but_not_with_one_that_was_forked_off() -> None:
    script = (
        "import os, sys; from mockidp import MockIdp; idp = MockIdp(tls=True); print(idp.ca_file, flush=True)\n"
        "if hasattr(os, 'fork') and os.fork() == 0: sys.exit()\n"
        "hasattr(os, 'wait') and os.wait(); print(os.path.exists(idp.ca_file))"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert said[1:] == ["True"]
    assert not Path(said[0]).exists()


def test_an_authority_in_a_directory_stays_the_same_for_the_next_start(tmp_path: Path) -> None:
    with MockIdp(quick(), tls=True, keys_dir=str(tmp_path)) as idp:
        first = Path(str(idp.ca_file)).read_bytes()
    assert Path(str(idp.ca_file)) == tmp_path / CA
    with MockIdp(quick(), tls=True, keys_dir=str(tmp_path)) as idp:
        assert Path(str(idp.ca_file)).read_bytes() == first
        assert requests.get(idp.base_url, verify=str(tmp_path / CA), timeout=10).status_code == 200
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / KEPT).stat().st_mode) == 0o600
    assert "PRIVATE" not in (tmp_path / CA).read_text("ascii")


def test_a_directory_whose_authority_may_not_vouch_for_the_host_is_named(tmp_path: Path) -> None:
    Tls((), str(tmp_path))
    with pytest.raises(
        ConfigError, match=r"ca\.key\.pem: keys_dir: cannot be used, since it may not vouch for idp\.test; move"
    ):
        MockIdp(tls=True, keys_dir=str(tmp_path), base_url="https://idp.test")


def test_a_damaged_file_is_named_and_stays(tmp_path: Path) -> None:
    (tmp_path / KEPT).write_bytes(new_authority(["localhost"]).public_pem)
    with pytest.raises(ConfigError, match=r"ca\.key\.pem: keys_dir: cannot be used, since .*; move the file away"):
        Tls((), str(tmp_path))


def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ConfigError, match="cannot be read or written: "):
        Tls((), str(tmp_path / "file"))


def test_without_it_there_is_no_file() -> None:
    idp = MockIdp()
    assert idp.ca_file is None
    assert idp.base_url.startswith("http://")
    idp.stop()


def test_what_knocks_without_speaking_tls_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    with MockIdp(quick(), tls=True) as idp:
        with _connected(int(idp.local_url.rsplit(":", 1)[1])) as knocking:
            knocking.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            knocking.recv(100)
        assert requests.get(idp.base_url, verify=idp.ca_file, timeout=10).status_code == 200
    assert caplog.records == []


def test_connections_can_still_be_dropped() -> None:
    with MockIdp(quick(), tls=True) as idp:
        idp.faults.next("drop", endpoint="discovery")
        with pytest.raises(requests.exceptions.ConnectionError):
            requests.get(f"{idp.base_url}{DISCOVERY}", verify=idp.ca_file, timeout=10)
