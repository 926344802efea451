import threading

from realmgate.principal import Principal
from realmgate.remembered import Remembered, RememberedTokens


def remembered(subject: str = "x") -> Remembered:
    principal = Principal(subject=subject, realm="storefront")
    return Remembered(principal=principal, good_from=0.0, good_until=1.0, generation=0)


def held(tokens: RememberedTokens) -> int:
    return len(tokens._young) + len(tokens._old)


def test_exactly_the_same_token_is_recalled() -> None:
    tokens = RememberedTokens(100)
    one = remembered()
    tokens.keep("Bearer abc", one)
    assert tokens.recall("Bearer abc") is one
    for other in ("Bearer ab", "Bearer abcd", "bearer abc", "abc", ""):
        assert tokens.recall(other) is None


def test_a_capacity_is_not_exceeded_whatever_comes() -> None:
    tokens = RememberedTokens(100)
    for number in range(10_000):
        tokens.keep(str(number), remembered())
        assert held(tokens) <= 100


def test_what_is_used_stays_and_what_is_not_goes() -> None:
    tokens = RememberedTokens(100)
    used = remembered()
    tokens.keep("used", used)
    tokens.keep("unused", remembered())
    for number in range(10_000):
        tokens.keep(str(number), remembered())
        assert tokens.recall("used") is used
    assert tokens.recall("unused") is None


def test_a_capacity_of_zero_remembers_nothing() -> None:
    tokens = RememberedTokens(0)
    tokens.keep("x", remembered())
    assert tokens.recall("x") is None


def test_threads_get_what_belongs_to_their_token_or_nothing() -> None:
    tokens = RememberedTokens(50)
    wrong: list[str] = []

    def use(start: int) -> None:
        for number in range(start, start + 3000):
            token = str(number % 100)
            tokens.keep(token, remembered(token))
            found = tokens.recall(str((number * 7) % 100))
            if found is not None and found.principal.subject != str((number * 7) % 100):
                wrong.append(token)

    threads = [threading.Thread(target=use, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert held(tokens) <= 100
