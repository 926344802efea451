"""What a provider costs in a process that has loaded it: started, stopped, reset, and minting. Speaks one JSON line."""

import json
import sys
from statistics import median
from time import perf_counter
from typing import Any

TIMES = 40
MINTED = 2000


def timed(call: Any, times: int = TIMES) -> float:
    """The median, in milliseconds."""
    taken = []
    for _ in range(times):
        began = perf_counter()
        call()
        taken.append(perf_counter() - began)
    return median(taken) * 1000


def plugin() -> float:
    """What a pytest that never uses the provider pays for the plugin, in milliseconds."""
    import pytest  # noqa: F401, PLC0415 - pytest is there anyway

    began = perf_counter()
    import mockidp.pytest_plugin  # noqa: F401, PLC0415

    return (perf_counter() - began) * 1000


def main() -> None:
    found: dict[str, float] = {"plugin": plugin()}
    began = perf_counter()
    from mockidp import Config, MockIdp, Realm  # noqa: PLC0415 - this is what is timed
    from mockidp.settings.config import Client  # noqa: PLC0415
    from mockidp.signing import signing_key  # noqa: F401, PLC0415 - which the first token would load

    MockIdp().stop()
    found["load"] = (perf_counter() - began) * 1000
    started, stopped = [], []
    for _ in range(TIMES):
        began = perf_counter()
        idp = MockIdp().start()
        up = perf_counter()
        idp.stop()
        started.append(up - began)
        stopped.append(perf_counter() - up)
    found |= {"start": median(started) * 1000, "stop": median(stopped) * 1000}
    with MockIdp() as idp:
        found["first"] = timed(lambda: idp.token("storefront", subject="x"), 1)
        found["reset"] = timed(idp.reset)
    for algorithm in ("RS256", "ES256", "EdDSA"):
        client = Client(client_id="c", client_secret="s")  # noqa: S106 - nobody's
        idp = MockIdp(Config(realms=(Realm(name="storefront", algorithm=algorithm, clients=(client,)),)), port=None)
        idp.token("storefront", subject="x")
        found[f"minted {algorithm}"] = max(minted(idp) for _ in range(TIMES))
    sys.stdout.write(json.dumps(found))


def minted(idp) -> float:
    """Tokens per second."""
    began = perf_counter()
    for _ in range(MINTED):
        idp.token("storefront", subject="customer@example.com", scope="orders:read")
    return MINTED / (perf_counter() - began)


if __name__ == "__main__":
    main()
