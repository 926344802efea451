"""Logging in at a door: the authorization code flow with PKCE, every address read from the issuer's discovery."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session

from .doors import Door

TIMEOUT = 5  # seconds


class LoginFailed(Exception):
    """The provider or the person said no, or the provider said nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A login that has begun: where the browser is sent, and what must fit when it comes back."""

    address: str
    state: str
    code_verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)


def begin(door: Door, redirect_uri: str) -> Login:
    code_verifier = generate_token(48)
    with _client(door, redirect_uri) as client:
        address, state = client.create_authorization_url(
            _discover(client, door)["authorization_endpoint"], code_verifier=code_verifier
        )
    return Login(address=address, state=state, code_verifier=code_verifier)


def finish(door: Door, redirect_uri: str, login: Login | None, answer: Mapping[str, str]) -> Tokens:
    """Exchange the code in the answer, the query that the browser came back with."""
    if login is None or answer.get("state") != login.state:
        raise LoginFailed("This answer belongs to no login that was begun here.")
    if answer.get("iss", door.issuer) != door.issuer:
        raise LoginFailed("This answer comes from another provider than the one that was asked.")  # RFC 9207
    if "error" in answer:
        raise LoginFailed(REASONS.get(answer["error"], f"The provider answered: {answer['error']}"))
    with _client(door, redirect_uri) as client:
        token = client.fetch_token(
            _discover(client, door)["token_endpoint"],
            grant_type="authorization_code",
            code=answer.get("code", ""),
            code_verifier=login.code_verifier,
        )
    return Tokens(access_token=token["access_token"], refresh_token=token["refresh_token"])


def renew(door: Door, tokens: Tokens | None) -> Tokens:
    if tokens is None:
        raise LoginFailed("There is nothing to renew: nobody is logged in here.")
    with _client(door) as client:
        token = client.refresh_token(_discover(client, door)["token_endpoint"], refresh_token=tokens.refresh_token)
    return Tokens(access_token=token["access_token"], refresh_token=token["refresh_token"])


REASONS = {"access_denied": "You did not let the shop in, so nothing happened."}


@contextmanager
def _client(door: Door, redirect_uri: str | None = None) -> Iterator[OAuth2Session]:
    """A client of the door's provider; whatever goes wrong with it is a `LoginFailed`."""
    client = OAuth2Session(
        door.client_id,
        door.client_secret,
        scope=door.scope,
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
        default_timeout=TIMEOUT,
    )
    client.trust_env = False  # the provider is on this machine, no proxy leads to it
    try:
        yield client
    except requests.RequestException as error:
        raise LoginFailed(f"The provider at {door.issuer} does not answer.") from error
    except AuthlibBaseError as error:
        raise LoginFailed(f"The provider refused: {error.description or error.error}") from error
    finally:
        client.close()


def _discover(client: OAuth2Session, door: Door) -> dict[str, str]:
    answer = client.get(door.metadata, withhold_token=True)
    answer.raise_for_status()
    document: dict[str, str] = answer.json()
    if document["issuer"] != door.issuer:
        raise LoginFailed(f"{door.issuer} says that it is {document['issuer']}.")
    return document
