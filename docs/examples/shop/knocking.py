"""Trying a token at a door, over real HTTP, and keeping the raw answer to look at."""

import base64
import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import requests

SHOWN = ("www-authenticate", "content-type", "cache-control", "vary")
TIMEOUT = 5  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an API said: the status, the headers that matter here, and the body, laid out for reading."""

    path: str
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: str

    @property
    def let_in(self) -> bool:
        return self.status == HTTPStatus.OK


def knock(shop: str, path: str, access_token: str, accept: str) -> Answer:
    headers = {"Authorization": f"Bearer {access_token}", "Accept": accept}
    with requests.Session() as client:
        client.trust_env = False  # loopback: no proxy, and no .netrc that would replace the token
        answer = client.get(f"{shop}{path}", headers=headers, timeout=TIMEOUT)
    shown = tuple((name, answer.headers[name]) for name in SHOWN if name in answer.headers)
    return Answer(
        path=path, status=answer.status_code, reason=answer.reason, headers=shown, body=_laid_out(answer.text)
    )


def claims_of(access_token: str) -> dict[str, Any]:
    """What a token says, for showing it only: nothing is verified here, that is the gates' work."""
    payload = access_token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def _laid_out(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body
