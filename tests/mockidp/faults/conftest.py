from typing import Any

import jwt
import pytest

from mockidp.faults.row import Foreign
from mockidp.signing.keys import RealmKeys
from mockidp.signing.signing_key import SigningKey
from mockidp.signing.token_draft import Draft

NOON = 1_800_000_000


@pytest.fixture
def draft() -> Draft:
    """An access token that would be good."""
    key = RealmKeys("ES256").current
    return Draft(
        header={"typ": "at+jwt", "alg": "ES256", "kid": key.kid},
        claims={
            "iss": "https://id.example/storefront",
            "aud": "https://shop.example/api",
            "sub": "somebody",
            "client_id": "storefront-web",
            "jti": "token-1",
            "iat": NOON,
            "exp": NOON + 3600,
        },
        key=key,
    )


@pytest.fixture(scope="session", params=["RS256", "ES256", "EdDSA"])
def signing_key(request: pytest.FixtureRequest) -> SigningKey:
    """A key of each kind."""
    return SigningKey(request.param)


@pytest.fixture
def draft_of_any_kind(draft: Draft, signing_key: SigningKey) -> Draft:
    """The same token, signed with one of them."""
    header = {**draft.header, "alg": signing_key.algorithm, "kid": signing_key.kid}
    return Draft(header=header, claims=draft.claims, key=signing_key)


@pytest.fixture
def foreign() -> Foreign:
    """The other realm."""
    return Foreign(
        issuer="https://id.example/backoffice", audience="https://shop.example/admin/api", keys=RealmKeys("ES256")
    )


@pytest.fixture
def read() -> Any:
    """The claims of a token, whoever signed it."""
    return lambda token: jwt.decode(token, options={"verify_signature": False})
