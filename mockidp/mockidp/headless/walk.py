"""The way of a person through login and consent, without a browser: it opens the real pages and posts the real forms.

What has to be asked of the server is yielded and what it answers is sent in, so that one walk serves sockets, an app in
this process, and a handler that must not block.
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import urljoin, urlsplit

from .web_page import Fields, Form, WebPage, read_page

MOST_STEPS: Final = 20  # the longest way there is, a pushed request and two pages, takes eight
SHOWN: Final = 500


class FlowStopped(RuntimeError):
    """The way ended at a page instead of the client's address; `status` and `page` tell what the page said."""

    def __init__(self, problem: str, *, status: int = 0, page: str = "") -> None:
        super().__init__(f"{problem}: {page}" if page else problem)
        self.status = status
        self.page = page


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request for the server; `target` is the path with its query, `form` is what is posted, if anything is."""

    target: str = field(repr=False)
    cookie: str = field(default="", repr=False)
    form: Fields | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    text: str = field(default="", repr=False)
    location: str = field(default="", repr=False)
    cookies: tuple[str, ...] = field(default=(), repr=False)
    content_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Who is to log in (None: whom the page suggests), by which password (None: by the one-click button), and a yes."""

    user: str | None = None
    password: str | None = field(default=None, repr=False)
    consent: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """What the forms of a dialect call things."""

    username: str
    password: str
    decision: str
    yes: str
    no: str


_DIALECTS: Final = (
    _Names(username="username", password="password", decision="decision", yes="approve", no="deny"),  # noqa: S106
    _Names(username="_username", password="_password", decision="grantAccess", yes="true", no="false"),  # noqa: S106
)

Walk = Generator[Ask, Answer, str]


class CookieJar:
    """The cookies of one browser at one server, each sent where its path says."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, str]] = {}

    def keep(self, lines: tuple[str, ...]) -> None:
        """Remember what the server set, and forget what it took back."""
        for line in lines:
            try:
                morsels = SimpleCookie(line).values()
            except CookieError:
                continue
            for morsel in morsels:
                self._kept[morsel.key] = (morsel.coded_value, morsel["path"] or "/")
                if morsel["max-age"] == "0":
                    del self._kept[morsel.key]

    def header(self, path: str) -> str:
        """What a browser sends to this path (RFC 6265 §5.1.4, §5.4)."""
        fitting = {name: value for name, (value, below) in self._kept.items() if _lies_below(path, below)}
        return "; ".join(f"{name}={value}" for name, value in fitting.items())


def walk(address: str, wishes: Wishes, jar: CookieJar) -> Walk:
    """Go from an address of ours (path and query) to the first one that is not; raises FlowStopped."""
    target, form, asked = address, None, False
    for _ in range(MOST_STEPS):
        answer = yield Ask(target=target, cookie=jar.header(urlsplit(target).path), form=form)
        jar.keep(answer.cookies)
        if answer.location:
            if urlsplit(answer.location).scheme:  # our own pages are named by their paths, clients by whole addresses
                return answer.location
            target, form = urljoin(target, answer.location), None
            continue
        page = _page_in(answer)
        names = _names_in(page)
        if page.alert or names is None or answer.status >= 400:  # noqa: PLR2004  # an error (RFC 9110 §15.5)
            raise _stopped(answer, page)
        found, form, asked = _answered(page, names, wishes, asked=asked)
        target = urljoin(target, found.action) if found.action else target
    raise FlowStopped(f"after {MOST_STEPS} steps there was still no answer for the client")


def _answered(page: WebPage, names: _Names, wishes: Wishes, *, asked: bool) -> tuple[Form, Fields, bool]:
    """The form to post, what to post, and whether somebody has logged in."""
    for form in page.forms:
        if form.has(names.decision):
            return form, form.filled({}, (names.decision, names.yes if wishes.consent else names.no)), asked
    if asked:
        raise FlowStopped("the provider asks for a login again, right after one", page=page.text)
    return (*_login(page, names, wishes), True)


def _login(page: WebPage, names: _Names, wishes: Wishes) -> tuple[Form, Fields]:
    form = next(form for form in page.forms if form.has(names.password))
    suggested = dict(form.fields).get(names.username, "")
    wanted = wishes.user if wishes.user is not None else suggested
    people = _one_click(page, names)
    wanted = wanted or next(iter(people), "")
    if wishes.password is None and wanted in people:
        one, button = people[wanted]
        return one, one.filled({}, button)
    if wishes.password is None:
        raise FlowStopped(
            f"no user {wanted!r} can log in here; there are {', '.join(people) or 'none'} (or say which password)"
        )
    return form, form.filled({names.username: wanted, names.password: wishes.password})


def _one_click(page: WebPage, names: _Names) -> dict[str, tuple[Form, tuple[str, str] | None]]:
    """The demo users by name: one is a button of a common form, or a form of their own with their password in it."""
    found: dict[str, tuple[Form, tuple[str, str] | None]] = {}
    for form in page.forms:
        found |= {value: (form, (name, value)) for name, value in form.buttons if name == "as"}
        fields = dict(form.fields)
        if fields.get(names.password):
            found[fields[names.username]] = (form, None)
    return found


def _names_in(page: WebPage) -> _Names | None:
    fitting = (names for names in _DIALECTS if any(form.has(names.password) for form in page.forms))
    deciding = (names for names in _DIALECTS if any(form.has(names.decision) for form in page.forms))
    return next(fitting, None) or next(deciding, None)


def _page_in(answer: Answer) -> WebPage:
    if answer.content_type.startswith("text/html"):
        return read_page(answer.text)
    return WebPage(text=" ".join(answer.text[:SHOWN].split()), alert="", forms=())


def _stopped(answer: Answer, page: WebPage) -> FlowStopped:
    said = page.alert or page.text or "(nothing)"
    return FlowStopped(f"the provider answered {answer.status} with a page", status=answer.status, page=said)


def _lies_below(path: str, below: str) -> bool:
    return path == below or path.startswith(below if below.endswith("/") else f"{below}/")
