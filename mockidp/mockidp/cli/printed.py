"""A token as it is needed at a terminal."""

import json
import shlex

from ..captured.journal import read_part


def printed(token: str, output: str) -> str:
    """The token alone, what sends it, or what it says as far as that can be read: a lie may be no JSON."""
    match output:
        case "header":
            return f"Authorization: Bearer {token}"
        case "curl":
            return f"curl -H {shlex.quote(f'Authorization: Bearer {token}')}"
        case "json":
            return json.dumps({"access_token": token, "token_type": "Bearer", "claims": read_part(token, 1)}, indent=2)
        case _:
            return token
