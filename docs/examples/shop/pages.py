"""The shop in the browser: one page with the two logins and the table, and the addresses that lead there and back."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from .answers import JSON_API
from .doors import Door
from .knocking import Answer, claims_of, knock
from .login import LoginFailed, Tokens, begin, finish, renew
from .sessions import Session, Sessions

HERE = Path(__file__).parent
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the table: the token of one door, if there is one, and what each API said to it."""

    door: Door
    claims: dict[str, Any]
    answers: tuple[Answer, ...]

    @property
    def claims_text(self) -> str:
        return json.dumps(self.claims, indent=2, ensure_ascii=False)


class Pages:
    """What people see. Nothing here is async: Starlette runs it in threads, so it may wait for provider and shop."""

    def __init__(self, *, shop: str, doors: tuple[Door, ...]) -> None:
        self.shop = shop
        self.doors = {door.realm: door for door in doors}
        self.sessions = Sessions()
        self.templates = Jinja2Templates(
            env=Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True)
        )

    @property
    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.table),
            Route("/login/{realm}", self.login),
            Route("/callback/{realm}", self.callback),
            Route("/renew/{realm}", self.renew, methods=["POST"]),
            Route("/logout", self.logout, methods=["POST"]),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ]

    def table(self, request: Request) -> Response:
        json_api = request.query_params.get("accept") == "jsonapi"
        accept = JSON_API if json_api else "application/json"
        session = self.sessions.find(request)
        rows = [self._row(door, session.tokens.get(door.realm), accept) for door in self.doors.values()]
        return self._page(request, "table.html", rows=rows, json_api=json_api)

    def login(self, request: Request) -> Response:
        door = self._door(request)
        session = self.sessions.find(request)
        try:
            session.begun[door.realm] = begin(door, self._redirect_uri(door))
        except LoginFailed as failure:
            return self._sorry(request, failure)
        return self._go(session.begun[door.realm].address, session)

    def callback(self, request: Request) -> Response:
        door = self._door(request)
        session = self.sessions.find(request)
        try:
            login = session.begun.pop(door.realm, None)
            session.tokens[door.realm] = finish(door, self._redirect_uri(door), login, request.query_params)
        except LoginFailed as failure:
            return self._sorry(request, failure)
        return self._go("/", session)

    def renew(self, request: Request) -> Response:
        door = self._door(request)
        session = self.sessions.find(request)
        try:
            session.tokens[door.realm] = renew(door, session.tokens.get(door.realm))
        except LoginFailed as failure:
            return self._sorry(request, failure)
        return self._go("/", session)

    def logout(self, request: Request) -> Response:
        self.sessions.forget(self.sessions.find(request))
        return RedirectResponse("/", status_code=303)

    def _row(self, door: Door, tokens: Tokens | None, accept: str) -> Row:
        if tokens is None:
            return Row(door=door, claims={}, answers=())
        answers = [knock(self.shop, other.path, tokens.access_token, accept) for other in self.doors.values()]
        return Row(door=door, claims=claims_of(tokens.access_token), answers=tuple(answers))

    def _door(self, request: Request) -> Door:
        realm = request.path_params["realm"]
        if realm not in self.doors:
            raise HTTPException(404)
        return self.doors[realm]

    def _redirect_uri(self, door: Door) -> str:
        return f"{self.shop}/callback/{door.realm}"

    def _go(self, address: str, session: Session) -> Response:
        response = RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})
        self.sessions.keep(session, response)
        return response

    def _sorry(self, request: Request, failure: LoginFailed) -> Response:
        return self._page(request, "sorry.html", status=400, message=str(failure))

    def _page(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        context = {**values, "doors": list(self.doors.values())}
        return self.templates.TemplateResponse(request, template, context, status_code=status, headers=HEADERS)
