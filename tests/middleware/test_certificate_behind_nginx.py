"""A real nginx takes the client's certificate, a real server runs the gate, and nobody gets in with a header alone."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
from both_doors import AUDIENCE, ISSUER, JWKS, asgi_app, mint
from certificates import Certified, certified
from proofs import x5t
from sockets import free_port, serving

from realmgate import Realm, RealmGate, Realms

MISSING = "there is no nginx here (Debian: apt-get install nginx-light)"
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
PAGE = Path(__file__).parents[2] / "docs" / "howto" / "bound-tokens.md"

CONFIGURATION = """\
daemon off;
master_process off;
pid {folder}/pid;
error_log stderr notice;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {more}
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {certificate};
        ssl_certificate_key {key};
        {shown}
    }}
}}
"""

# The app behind gunicorn, in a process of its own.
WSGI_APP = """\
from realmgate import JwksFile, Realm, Realms
from realmgate.wsgi import RealmGate

realm = Realm(
    "storefront", issuer="{issuer}", audience="{audience}", keys=JwksFile("{jwks}"), certificate_header="x-client-cert"
)

def app(environ, start_response):
    start_response("200 OK", [("content-type", "text/plain")])
    return [environ["REMOTE_USER"].encode()]

app = RealmGate(app, realm=Realms(realm)["storefront"])
"""

MINE, ANOTHER, SERVER = certified("mine"), certified("another"), certified("shop.example")

Front = Callable[..., AbstractContextManager[str]]


def shown_on_the_page() -> str:
    """What the documentation tells people to write, so that it is what this proves."""
    block = re.search(r"^```text\n(ssl_verify_client.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert block is not None
    return block[1]


@contextmanager
def uvicorn_serving(folder: Path) -> Iterator[int]:
    del folder
    realm = Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, certificate_header="x-client-cert")
    with serving(RealmGate(asgi_app, realm=Realms(realm)["storefront"])) as port:
        yield port


@contextmanager
def gunicorn_serving(folder: Path) -> Iterator[int]:
    jwks = folder / "jwks.json"
    jwks.write_text(json.dumps(JWKS), "utf-8")
    source = WSGI_APP.format(issuer=ISSUER, audience=AUDIENCE, jwks=jwks)
    (folder / "behind_nginx.py").write_text(source, "utf-8")
    command = [sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:0", "--chdir", str(folder), "behind_nginx:app"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield int(first(process, r"Listening at: http://127\.0\.0\.1:(\d+)"))
        finally:
            process.terminate()
            process.communicate()


def first(process: subprocess.Popen[str], wanted: str) -> str:
    """Wait for a line that a server writes when it is there."""
    seen = ""
    for line in process.stderr or ():
        seen += line
        if found := re.search(wanted, line):
            return found[1]
    pytest.fail(f"the server ended with: {seen}")


@pytest.fixture(params=[uvicorn_serving, gunicorn_serving], ids=["uvicorn", "gunicorn"])
def front(request: pytest.FixtureRequest, tmp_path: Path) -> Front:
    """A function that puts a real nginx before a real server, and gives the address of nginx."""
    if NGINX is None:
        give_up = pytest.fail if os.environ.get("NGINX_TESTS") == "required" else pytest.skip
        give_up(MISSING)

    @contextmanager
    def front(*, more: str = "") -> Iterator[str]:
        with request.param(tmp_path) as backend, nginx(tmp_path, backend, more) as port:
            yield f"https://127.0.0.1:{port}/"

    return front


@contextmanager
def nginx(folder: Path, backend: int, more: str) -> Iterator[int]:
    certificate, key = SERVER.save(folder, "server")
    port = free_port()
    shown = shown_on_the_page().replace("127.0.0.1:8000", f"127.0.0.1:{backend}")
    filled = CONFIGURATION.format(folder=folder, port=port, certificate=certificate, key=key, shown=shown, more=more)
    (folder / "nginx.conf").write_text(filled, "utf-8")
    command = [str(NGINX), "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            # Written when the sockets are open.
            first(process, r"(nginx/\d)")
            yield port
        finally:
            process.terminate()
            process.communicate()


@pytest.fixture
def bound() -> str:
    """A token of this hour, as the servers behind nginx have no other clock."""
    now = int(time.time())
    return mint(iat=now, exp=now + 3600, cnf={"x5t#S256": x5t(MINE.der)})


def knock(address: str, folder: Path, token: str, client: Certified | None, **headers: str) -> int:
    files = None if client is None else client.save(folder, "client")
    sent = {"authorization": f"Bearer {token}", **headers}
    return requests.get(address, headers=sent, cert=files, verify=f"{folder}/server.crt", timeout=10).status_code


def test_only_who_holds_the_certificate_gets_in(front: Front, tmp_path: Path, bound: str) -> None:
    with front() as address:
        assert knock(address, tmp_path, bound, MINE) == 200
        assert knock(address, tmp_path, bound, ANOTHER) == 401
        assert knock(address, tmp_path, bound, None) == 401


def test_a_header_of_the_clients_own_is_no_certificate(front: Front, tmp_path: Path, bound: str) -> None:
    with front() as address:
        for name in ("X-Client-Cert", "x-client-cert", "X_Client_Cert", "X-Client_Cert", "x_client_cert"):
            stolen = {name: quote(MINE.pem, safe="")}
            assert knock(address, tmp_path, bound, None, **stolen) == 401
            assert knock(address, tmp_path, bound, ANOTHER, **stolen) == 401


def test_an_alias_is_no_certificate_even_where_nginx_lets_it_pass(front: Front, tmp_path: Path, bound: str) -> None:
    """The ASGI door sees it and refuses; gunicorn drops it before the WSGI door could be deceived."""
    with front(more="underscores_in_headers on;") as address:
        for name in ("X_Client_Cert", "X-Client_Cert"):
            stolen = {name: quote(MINE.pem, safe="")}
            assert knock(address, tmp_path, bound, None, **stolen) == 401
            assert knock(address, tmp_path, bound, ANOTHER, **stolen) == 401
