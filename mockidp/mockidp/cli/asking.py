"""Asks a running server over HTTP, and says in one line why it cannot be asked or will not do it.

`requests` is loaded by whoever asks: a server, which asks nobody, would take much longer to start with it.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..environment_formats import CA_VARIABLES
from .words import CONTROL_TOKEN, KEYS_DIR, Failed

if TYPE_CHECKING:
    import requests

ADDRESS: Final = "http://127.0.0.1:8800"
LONGEST: Final = 90  # seconds, which is more than any operation waits
REFUSED: Final = 2
UNREACHABLE: Final = 3


def ask(
    method: str, path: str, arguments: dict[str, Any], *, at: str | None = None, control_token: str | None = None
) -> Any:
    """What the server at that address answers; Failed says what is wrong and what to do."""
    import requests  # noqa: PLC0415

    base = (at or ADDRESS).rstrip("/")
    query, body = (arguments, None) if method == "GET" else (None, arguments)
    with requests.Session() as session:
        session.trust_env = False  # neither a proxy nor a .netrc has anything to do with it
        session.verify = _trusted()
        session.headers.update(_proof(control_token))
        try:
            answer = session.request(
                method, base + path, params=query, json=body, timeout=LONGEST, allow_redirects=False
            )
        except requests.RequestException as problem:
            raise Failed(_unreachable(base, problem), status=UNREACHABLE) from None
    return _read(answer, base)


def _trusted() -> str | bool:
    """The authority of a server that speaks TLS: ours by name, else the one that is kept here, else whom all trust."""
    ours, *usual = CA_VARIABLES
    here = Path(KEYS_DIR) / "ca.pem"
    kept = str(here) if here.exists() else ""
    return os.environ.get(ours) or kept or next(filter(None, map(os.environ.get, usual)), "") or True


def _proof(control_token: str | None) -> dict[str, str]:
    token = control_token or os.environ.get(CONTROL_TOKEN)
    return {"Authorization": f"Bearer {token}"} if token else {}


def _unreachable(base: str, problem: "requests.RequestException") -> str:
    import requests  # noqa: PLC0415
    from urllib3.exceptions import ProtocolError  # noqa: PLC0415

    if isinstance(problem, ValueError):  # what requests raises for what is no address at all
        return f"--at: expected an address such as {ADDRESS}, not {base!r}"
    if isinstance(problem, requests.exceptions.SSLError):
        return (
            f"{base} is not trusted: name its authority with MOCKIDP_CA_FILE (`mockidp ca` prints which file that is)"
        )
    if isinstance(problem, requests.Timeout):
        return f"{base} does not answer: is that the right address (--at URL)?"
    if problem.args and isinstance(problem.args[0], ProtocolError):  # it was reached, and hung up
        return f"something answers at {base}, but not http: is it https?"
    return f"nothing answers at {base}: start it with `mockidp serve`, or say where it is with --at URL"


def _read(answer: "requests.Response", base: str) -> Any:
    import requests  # noqa: PLC0415

    try:
        said = answer.json()
    except ValueError:
        said = None
    if answer.status_code == requests.codes.ok and said is not None:
        return said
    if not isinstance(said, dict) or "detail" not in said:
        raise Failed(f"what answers at {base} is no mockidp: say where it is with --at URL", status=UNREACHABLE)
    place = said.get("place")
    cure = (
        f"; give it with --control-token or ${CONTROL_TOKEN}"
        if answer.status_code == requests.codes.unauthorized
        else ""
    )
    raise Failed(": ".join(filter(None, (place, said["detail"]))) + cure, status=REFUSED)
