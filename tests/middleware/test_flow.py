"""One flow, driven with blocking answers and with awaited ones, comes to the same."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realmgate.flow import Denied, Effect, EffectFailed, Fetch, Fetched, FetchFailed, Flow, Remember, run, run_async

Answer = Callable[[Effect], Any]


def blocking(flow: Flow[Any], answer: Answer) -> Any:
    return run(flow, answer)


def awaiting(flow: Flow[Any], answer: Answer) -> Any:
    async def later(effect: Effect) -> Any:
        await asyncio.sleep(0)
        return answer(effect)

    promised: Callable[[Effect], Awaitable[Any]] = later
    return asyncio.run(run_async(flow, promised))


@pytest.fixture(params=[blocking, awaiting])
def drive(request: pytest.FixtureRequest) -> Callable[[Flow[Any], Answer], Any]:
    found: Callable[[Flow[Any], Answer], Any] = request.param
    return found


Drive = Callable[[Flow[Any], Answer], Any]
EFFECTS: list[Effect] = [Fetch(url="https://a"), Denied(jti="b"), Remember(jti="c", until=1.0)]


def asks(effects: list[Effect]) -> Flow[list[Any]]:
    """Ask everything, note answers and failures, and return the notes."""
    notes: list[Any] = []
    for effect in effects:
        try:
            notes.append((yield effect))
        except EffectFailed as failure:
            notes.append(failure.reason)
    return notes


def test_answers_go_in_where_effects_come_out(drive: Drive) -> None:
    assert drive(asks(EFFECTS), type) == [Fetch, Denied, Remember]
    assert drive(asks([]), type) == []


def test_a_failure_is_thrown_into_the_flow_which_decides_what_it_means(drive: Drive) -> None:
    def answer(effect: Effect) -> str:
        if isinstance(effect, Denied):
            raise FetchFailed("came to nothing")
        return "fine"

    assert drive(asks(EFFECTS), answer) == ["fine", "came to nothing", "fine"]


def test_a_failure_that_the_flow_does_not_want_comes_out(drive: Drive) -> None:
    def flow() -> Flow[None]:
        yield Denied(jti="x")

    def answer(_: Effect) -> Any:
        raise EffectFailed("nobody answers")

    with pytest.raises(EffectFailed, match="nobody answers"):
        drive(flow(), answer)


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt(), StopAsyncIteration()])
def test_any_other_error_of_the_world_is_the_world_s(drive: Drive, error: BaseException) -> None:
    def answer(_: Effect) -> Any:
        raise error

    with pytest.raises(type(error)):
        drive(asks(EFFECTS), answer)


def test_an_error_of_the_flow_comes_out(drive: Drive) -> None:
    def flow() -> Flow[None]:
        yield Denied(jti="x")
        raise LookupError

    with pytest.raises(LookupError):
        drive(flow(), type)


@given(st.lists(st.tuples(st.sampled_from(EFFECTS), st.none() | st.booleans() | st.integers() | st.just("fails"))))
def test_both_ways_of_driving_come_to_the_same(story: list[tuple[Effect, Any]]) -> None:
    def world() -> Answer:
        told = iter(story)

        def answer(effect: Effect) -> Any:
            expected, reply = next(told)
            assert effect is expected
            if reply == "fails":
                raise EffectFailed("fails")
            return reply

        return answer

    effects = [effect for effect, _ in story]
    assert blocking(asks(effects), world()) == awaiting(asks(effects), world()) == [reply for _, reply in story]


def test_an_answer_finds_its_headers_by_their_lower_case_names() -> None:
    fetched = Fetched(status=200, headers=(("age", "1"), ("x", "a"), ("x", "b")), body=b"", at=0.0)
    assert (fetched.header("age"), fetched.header("x"), fetched.header("y")) == ("1", "a", "")


def test_a_download_that_came_to_nothing_may_say_when() -> None:
    assert (FetchFailed("x").at, FetchFailed("x", at=5.0).at) == (None, 5.0)
    assert str(FetchFailed("x")) == FetchFailed("x").reason == "x"
