"""`/oauth2-token/login`: a person says who they are, and goes back to where they were asked."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from ..identify import identify
from ..parameters import form_pairs, once, query_pairs
from ..responses import redirect
from ..sign_in import ask_who, find_who
from ..site import Site


async def login(request: Request, site: Site) -> Response:
    """Answer with the login page, or with the way back to the authorization endpoint and the query it came with."""
    asked = query_pairs(request)
    client, _ = identify(asked, site)
    session = site.sessions.load(request)
    here = f"{site.path(site.paths.login)}?{urlencode(asked)}"
    if request.method != "POST":
        return ask_who(session, client, here, site, username=dict(asked).get("login_hint", ""))
    form = once(await form_pairs(request))
    found = find_who(form, session, site)
    if isinstance(found, str):
        return ask_who(session, client, here, site, username=form.get("username", ""), error=found)
    response = redirect(f"{site.path(site.paths.authorize)}?{urlencode(_without_login(asked))}")
    site.sessions.save(response, site.sessions.log_in(found.username))
    return response


def _without_login(asked: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same query without its demands for a login, which is now done; otherwise they would demand it for ever."""
    done = {"login", "select_account"}
    left = [(name, value) for name, value in asked if name not in {"prompt", "max_age"}]
    prompts = [
        " ".join(word for word in value.split() if word not in done) for name, value in asked if name == "prompt"
    ]
    return [*left, *(("prompt", value) for value in prompts if value)]
