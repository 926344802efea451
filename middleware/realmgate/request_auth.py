"""What a handler finds as ``request.auth``: a list of scopes for each request, made when somebody looks."""

from typing import Any

from starlette.authentication import AuthCredentials

from .principal import Principal


class GrantedScopes(AuthCredentials):
    """Starlette's credentials; most requests never ask for them, and what one request does to them no other sees."""

    # Whoever makes one says whose scopes they are afterwards: Python takes as long to call a method as to do all else.
    principal: Principal
    __init__ = object.__init__  # pyright: ignore[reportAssignmentType]

    def __getattr__(self, name: str) -> Any:
        """Make `scopes`, the only one that is missing at first."""
        if name != "scopes":
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        principal = self.principal
        self.scopes = ["authenticated", *principal.scopes] if principal.is_authenticated else []
        return self.scopes

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy is of the plain kind, as principals cannot be pickled."""
        return AuthCredentials, (self.scopes,)
