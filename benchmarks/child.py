"""One contender in a process of its own: builds its apps, proves that they guard, then times a round whenever asked.

Speaks JSON, one line each way: the set-up comes first and is answered with what is about to be timed; every further
line asks for a round, answered by the least seconds per call of each case.
"""

import asyncio
import importlib
import json
import sys
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

HERE = Path(__file__).parent
ALONE = "verify() alone"
BATCH = 50
BATCHES = 40


def main() -> None:
    sys.path.append(str(HERE / "contenders"))
    setup = json.loads(sys.stdin.readline())
    contender = importlib.import_module(setup["contender"])
    asyncio.run(serve(setup, contender))


async def serve(setup, contender) -> None:
    bare, guarded = contender.build(setup)
    call = call_wsgi if getattr(contender, "DOOR", "asgi") == "wsgi" else call_asgi
    cases = {}
    for algorithm in contender.ALGORITHMS:
        token, forged = setup["tokens"][algorithm], setup["forged"][algorithm]
        cases[f"{algorithm} floor"] = floor(setup, algorithm)
        cases[f"{algorithm} bare"] = call(bare, token)
        if hasattr(contender, "alone"):
            cases[f"{algorithm} {ALONE}"] = contender.alone(setup, token)
        for name, app in guarded.items():
            await prove(call, app, token, forged)
            cases[f"{algorithm} {name}"] = call(app, token)
    say({"versions": versions(), "cases": list(cases)})
    for _ in sys.stdin:
        say(await least(cases))


async def prove(call, app, token, forged) -> None:
    """A gate that is fast because it is open would win every time."""
    for credentials, good in ((token, True), (forged, False), (None, False), (token, True)):
        status = await call(app, credentials)(1)
        if status not in ((200,) if good else (400, 401)):
            raise SystemExit(f"a guarded app answered {status} to a {'good' if good else 'bad'} request")


async def least(cases) -> dict[str, float]:
    """The least time per call of each, in seconds: whatever else the machine does can only add to it.

    A batch of each in turn, as machines are faster at one time and slower at another, and all are to have both.
    """
    best = dict.fromkeys(cases, float("inf"))
    for _ in range(BATCHES):
        for name, case in cases.items():
            await case(1)
            start = perf_counter()
            await case(BATCH)
            best[name] = min(best[name], perf_counter() - start)
    return {name: seconds / BATCH for name, seconds in best.items()}


def call_asgi(app, token):
    """Call an app as a server does, with a scope of its own for each request, and no socket."""
    headers = [(b"host", b"shop.example"), (b"user-agent", b"bench"), (b"accept", b"*/*")]
    if token is not None:
        headers.append((b"authorization", f"Bearer {token}".encode()))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 50000),
        "scheme": "https",
        "method": "GET",
        "path": "/orders",
        "raw_path": b"/orders",
        "root_path": "",
        "query_string": b"",
        "headers": headers,
    }
    answers = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        answers.append(message)

    async def times(number):
        for _ in range(number):
            answers.clear()
            await app(dict(scope), receive, send)
        return answers[0]["status"]

    return times


def call_wsgi(app, token):
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/orders",
        "QUERY_STRING": "",
        "SERVER_NAME": "shop.example",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "shop.example",
        "HTTP_USER_AGENT": "bench",
        "HTTP_ACCEPT": "*/*",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
    }
    if token is not None:
        environ["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    statuses = []

    def start_response(status, _headers, _exc_info=None):
        statuses.append(status)

    async def times(number):
        for _ in range(number):
            statuses.clear()
            b"".join(app(dict(environ), start_response))
        return int(statuses[0].split()[0])

    return times


def floor(setup, algorithm):
    """What nobody who calls OpenSSL through `cryptography` can be faster than: the bare verification."""
    key = serialization.load_pem_public_key(setup["pems"][algorithm].encode())
    signing_input, signature = (bytes.fromhex(part) for part in setup["signed"][algorithm])
    if isinstance(key, Ed25519PublicKey):
        arguments = (signature, signing_input)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        half = len(signature) // 2
        der = utils.encode_dss_signature(int.from_bytes(signature[:half]), int.from_bytes(signature[half:]))
        arguments = (der, signing_input, ec.ECDSA(hashes.SHA256()))
    else:
        arguments = (signature, signing_input, padding.PKCS1v15(), hashes.SHA256())
    verify = key.verify

    async def times(number):
        for _ in range(number):
            verify(*arguments)

    return times


def versions() -> dict[str, str]:
    """Of what is installed here and may matter."""
    known = ("realmgate", "cryptography", "joserfc", "pyjwt", "authlib", "auth0-fastapi-api", "fastapi-jwks")
    found = {}
    for name in (*known, "starlette", "fastapi"):
        try:
            found[name] = version(name)
        except ModuleNotFoundError:
            continue
    return found


def say(value) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
