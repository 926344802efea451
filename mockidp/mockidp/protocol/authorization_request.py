"""What an authorization request must look like, besides what Authlib looks at (RFC 6749 §4.1.1, OIDC Core §3.1.2.1)."""

import re
from collections.abc import Sequence
from typing import Final

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oidc.core.errors import (
    RegistrationNotSupportedError,
    RequestNotSupportedError,
    RequestURINotSupportedError,
)

from ..errors import RequestRefused
from ..web.parameters import Parameters, once

Pairs = Sequence[tuple[str, str]]

PROMPTS: Final = frozenset({"none", "login", "consent", "select_account"})

_SECONDS: Final = re.compile(r"[0-9]{1,10}")
_NOT_SUPPORTED: Final = {
    "request": RequestNotSupportedError,
    "request_uri": RequestURINotSupportedError,
    "registration": RegistrationNotSupportedError,
}


def check_parameters(asked: Pairs) -> Parameters:
    """The parameters by name; raises what the client is told (RFC 6749 §4.1.2.1, OIDC Core §3.1.2.6)."""
    try:
        parameters = once(asked)
    except RequestRefused as refused:
        raise InvalidRequestError(refused.problem) from None
    for name, error in _NOT_SUPPORTED.items():
        if name in parameters:
            raise error("This parameter is not supported.")
    if parameters.get("response_mode", "query") != "query":
        raise InvalidRequestError("The only response_mode here is query.")
    prompts = parameters.get("prompt", "").split()
    if not set(prompts) <= PROMPTS or ("none" in prompts and len(prompts) > 1):
        raise InvalidRequestError("Invalid 'prompt' in request.")
    if not _SECONDS.fullmatch(parameters.get("max_age", "0")):
        raise InvalidRequestError("Invalid 'max_age' in request.")
    return parameters


def without_login(asked: Pairs) -> Pairs:
    """The same without its demands for a login, which is now done; otherwise they would demand it for ever."""
    done = {"login", "select_account"}
    left = [(name, value) for name, value in asked if name not in {"prompt", "max_age"}]
    prompts = [
        " ".join(word for word in value.split() if word not in done) for name, value in asked if name == "prompt"
    ]
    return [*left, *(("prompt", value) for value in prompts if value)]
