"""A whole test of an app, login and all, that never opens a socket: an audit hook of the interpreter watches."""

import subprocess
import sys

import pytest

WATCH = """
import sys

import urllib3  # looks for IPv6, with a socket, when it is imported

touched = []
# An event loop wakes itself up through a pair of sockets without any address.
CALLS = {"socket.bind", "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}
sys.addaudithook(lambda event, arguments: touched.append(event) if event in CALLS else None)

from mockidp import InProcess, MockIdp
from realmgate import Realm, Realms

def shop(idp):
    audience = "https://shop.example/api"
    issuer, keys = idp.issuer("storefront"), idp.keys_of("storefront")
    return Realms(Realm("storefront", issuer=issuer, audience=audience, keys=keys, trust_mock=True))

idp = MockIdp(port=None)
"""

ASGI = """
import asyncio
import httpx2
from starlette.responses import PlainTextResponse
from realmgate import RealmGate

async def me(scope, receive, send):
    await PlainTextResponse(scope["user"].subject)(scope, receive, send)

gate = RealmGate(me, realm=shop(idp)["storefront"], clock=idp.clock)

async def main():
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(idp.app)) as client:
        back = idp.authorize(f"{idp.base_url}/oauth2-token/authorize?response_type=code&client_id=storefront-web")
        form = {"grant_type": "authorization_code", "code": back.partition("code=")[2].partition("&")[0]}
        auth = ("storefront-web", "storefront-web-secret")
        token = (await client.post(f"{idp.base_url}/oauth2-token", data=form, auth=auth)).json()["access_token"]
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(gate), base_url="https://shop.example") as client:
        for expected in (200, 401):
            answer = await client.get("/", headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == expected, answer.text
            idp.clock.advance(hours=2)

asyncio.run(main())
"""

WSGI = """
import requests
from werkzeug.test import Client
from realmgate.wsgi import RealmGate

def me(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["REMOTE_USER"].encode()]

gate = Client(RealmGate(me, realm=shop(idp)["storefront"], clock=idp.clock))
session = requests.Session()
session.mount(idp.base_url, InProcess(idp.app))
service = ("storefront-service", "storefront-service-secret")
grant = {"grant_type": "client_credentials"}
token = session.post(f"{idp.base_url}/oauth2-token", grant, auth=service, timeout=30).json()["access_token"]
bearer = {"Authorization": f"Bearer {token}"}
assert gate.get("/", headers=bearer).text == "storefront-service"
idp.clock.advance(hours=2)
assert gate.get("/", headers=bearer).status_code == 401
"""

SERVED = """
with MockIdp() as other:
    import requests
    requests.get(other.base_url, timeout=30)
"""


def touched(program: str) -> str:
    command = [sys.executable, "-c", WATCH + program + "\nprint(sorted(set(touched)))"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("program", [ASGI, WSGI], ids=["asgi", "wsgi"])
def test_an_app_is_logged_in_to_and_guarded_without_a_socket(program: str) -> None:
    assert touched(program) == "[]"


def test_the_watch_sees_sockets_where_there_are_any() -> None:
    assert touched(SERVED) == "['socket.bind', 'socket.connect', 'socket.getaddrinfo']"
