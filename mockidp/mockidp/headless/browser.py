"""A browser without a screen: it keeps its cookies, so that who has logged in with it stays logged in."""

import string
from collections.abc import Callable
from typing import Final
from urllib.parse import quote, urlsplit

from .walk import CookieJar, Walk, Wishes, walk

Carry = Callable[[Walk], str]


class Browser:
    """One person's browser at one provider; `carry` takes it there, `bases` are the addresses the provider goes by.

    The first of them is the one that browsers use. Not safe to share between threads.
    """

    def __init__(self, carry: Carry, *bases: str) -> None:
        self._carry = carry
        self._bases: Final = bases
        self._cookies = CookieJar()

    def authorize(self, url: str, *, user: str | None = None, password: str | None = None, consent: bool = True) -> str:
        """Follow an authorize address through login and consent; the client's address with its code, or with an error.

        `user` is a username; without one, whom the page suggests (a `login_hint`), else the first user there is. With
        a `password`, the form is filled in by hand. Who is logged in already is not asked again. Raises FlowStopped
        where the provider shows a page instead, which it quotes; ValueError for an address of somebody else.
        """
        return self._carry(self.walk(url, user=user, password=password, consent=consent))

    def walk(self, url: str, *, user: str | None = None, password: str | None = None, consent: bool = True) -> Walk:
        """The same, for whoever carries it out in another way."""
        return walk(self._inside(url), Wishes(user=user, password=password, consent=consent), self._cookies)

    def _inside(self, url: str) -> str:
        """The address as a path of ours, with what is before it for browsers."""
        written = quote(url.partition("#")[0], safe=string.punctuation)
        if written.startswith("/"):
            return written
        for base in self._bases:
            if written.startswith(f"{base}/"):
                return urlsplit(self._bases[0]).path + written.removeprefix(base)
        raise ValueError(f"not an address of this provider, which is at {self._bases[0]}: {url.partition('?')[0]}")
