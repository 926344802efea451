"""Threads and tasks at one gate during rotation, for a moment; `make hammer` does it for a minute."""

from hammering import Hammer
from rotating import Issuer, served


def test_threads_and_tasks_are_decided_rightly_while_keys_of_a_function_rotate() -> None:
    issuer = Issuer()
    tally = Hammer(issuer, issuer.jwks).run(2, threads=8, tasks=100, rotate_every=0.5)
    assert (tally.wrong, tally.stuck) == ([], [])
    assert tally.enough


def test_threads_and_tasks_are_decided_rightly_while_keys_of_a_server_rotate() -> None:
    issuer = Issuer(keys=6)
    with served(issuer) as keys:
        hammer = Hammer(issuer, keys)
        tally = hammer.run(4, threads=8, tasks=100, rotate_every=0.7)
    assert (tally.wrong, tally.stuck) == ([], [])
    assert tally.enough
    # Rotation was seen: what was remembered of a withdrawn key has gone with it.
    assert hammer.guarded.keyring.generation > 0
