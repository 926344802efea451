"""What can go wrong, and who is told.

Exception
├── ConfigError     the operator: a setting cannot be used      (before the server starts)
├── RequestRefused  the client: its request cannot be read      (becomes an OAuth `invalid_request` or a page)
├── CannotLie       the test: a fault that is due fits no such claims  (becomes an OAuth `server_error`)
└── PageError       the person at the browser: there is no trusted address to send this to
"""


class ConfigError(ValueError):
    """A setting cannot be used; says in which file and line, at which place, and what was expected there."""

    def __init__(self, problem: str, *, place: str = "", file: str = "", line: int | None = None) -> None:
        where = f"{file}:{line}" if file and line else file
        super().__init__(": ".join(part for part in (where, place, problem) if part))
        self.problem = problem
        self.place = place
        self.file = file
        self.line = line


class RequestRefused(Exception):
    """The request's parameters cannot be read; `problem` is a constant text, never the caller's own bytes."""

    def __init__(self, problem: str, *, status: int = 400) -> None:
        super().__init__(problem)
        self.problem = problem
        self.status = status


class CannotLie(ValueError):
    """A fault cannot lie about the claims that this token has; the text names the fault and nothing of the token."""


class PageError(Exception):
    """Something the person has to read, because nothing here may be redirected (RFC 6749 §4.1.2.1)."""

    def __init__(self, status: int, title: str, message: str, hint: str = "") -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.message = message
        self.hint = hint
