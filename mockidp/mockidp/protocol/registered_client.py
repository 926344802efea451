"""A registered client as Authlib asks about it (its `ClientMixin`): the questions are Authlib's, the answers ours."""

from dataclasses import dataclass

from authlib.oauth2.rfc6749 import ClientMixin
from authlib.oauth2.rfc6749.errors import InvalidScopeError

from ..memory.approval import Approval
from ..settings.config import Client
from ..site import Site
from ..web.redirects import is_registered


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration(ClientMixin):
    """A client at its site."""

    site: Site
    client: Client

    def __repr__(self) -> str:
        return repr(self.client)

    def get_client_id(self) -> str:
        """Its public name."""
        return self.client.client_id

    def holds(self, approval: Approval) -> bool:
        """Was it this client, at this realm, that the person allowed something?"""
        return approval.is_for(self.site.realm.name, self.client.client_id)

    def get_default_redirect_uri(self) -> str | None:
        """The one address it has registered; None where there are several or none (RFC 6749 §3.1.2.3)."""
        return self.client.redirect_uris[0] if len(self.client.redirect_uris) == 1 else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """May it be answered there?"""
        return is_registered(redirect_uri, self.client)

    def check_response_type(self, response_type: str) -> bool:
        """May it ask the authorization endpoint for this?"""
        return response_type == "code" and self.check_grant_type("authorization_code")

    def check_grant_type(self, grant_type: str) -> bool:
        """May it ask the token endpoint with this?"""
        return grant_type in self.client.grant_types

    def get_allowed_scope(self, scope: str | None) -> str:
        """What it gets: its default for nothing named, what it named if it may have all of it; or `invalid_scope`."""
        named = [name for name in dict.fromkeys((scope or "").split(" ")) if name]  # a space, no other blank (§3.3)
        if not named:
            return self.client.default_scope
        if not set(named) <= set(self.client.scope.split()):
            raise InvalidScopeError(f"This client may ask for: {self.client.scope or 'nothing'}")
        return " ".join(named)
