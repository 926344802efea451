"""Signing keys that outlive the process: one private JWK per file, made when it is missing, never written over.

Only the key that a realm begins with is kept; what `rotate` and its like bring lives as long as the process.
"""

import json
from pathlib import Path
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from ..errors import ConfigError
from ..settings.realm import Algorithm
from .private_files import kept
from .signing_key import MARK, PrivateKey, SigningKey

_KINDS: Final[dict[Algorithm, type[PrivateKey]]] = {"RS256": RSAKey, "ES256": ECKey, "EdDSA": OKPKey}


def kept_key(directory: str, name: str, algorithm: Algorithm) -> SigningKey:
    """The key of this name, made now if there is none yet; ConfigError names the file and what is wrong with it."""
    file = Path(directory) / f"{name}.key.json"
    try:
        text = kept(file, lambda: _made(algorithm))
    except OSError as error:
        raise ConfigError(f"cannot be read or written: {error.strerror}", place="keys_dir", file=str(file)) from error
    return _read(text, file, algorithm)


def _made(algorithm: Algorithm) -> bytes:
    return json.dumps({**SigningKey(algorithm).private(), **MARK}, indent=2).encode()


def _read(text: bytes, file: Path, algorithm: Algorithm) -> SigningKey:
    try:
        members = json.loads(text)
    except (ValueError, RecursionError):
        raise _damaged(file, "it is not JSON") from None
    if not isinstance(members, dict) or any(members.get(name) != value for name, value in MARK.items()):
        raise _damaged(file, f"it lacks the mark {json.dumps(MARK)}: use no key here that anything real trusts")
    if members.get("alg") != algorithm:
        raise _damaged(file, f"its alg is not {algorithm}, which the realm signs with")
    key = _imported(members, file, algorithm)
    if key.kid != members.get("kid"):
        raise _damaged(file, "its kid is not its thumbprint")
    return key


def _imported(members: dict[str, Any], file: Path, algorithm: Algorithm) -> SigningKey:
    kind = _KINDS[algorithm]
    try:
        key = SigningKey(algorithm, key=kind.import_key(members))
        works = key.verifies(b"itself", key.sign(b"itself"))
    except (JoseError, ValueError, TypeError, KeyError):
        works = False
    if not works or members.get("kty") != kind.key_type:  # the import looks at the other members only
        raise _damaged(file, f"it is no private key for {algorithm}")
    return key


def _damaged(file: Path, problem: str) -> ConfigError:
    return ConfigError(
        f"cannot be used, since {problem}; move the file away, and a new key is made", place="keys_dir", file=str(file)
    )
