"""How an API of the shop answers: plain JSON, or JSON:API where the caller asks for it."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

JSON_API = "application/vnd.api+json"


def listing(request: Request, kind: str, things: Iterable[Any]) -> JSONResponse:
    rows = [asdict(thing) for thing in things]
    if not asks_for_json_api(request):
        return JSONResponse(rows, headers={"Vary": "Accept"})
    data = [{"type": kind, "id": row.pop("id"), "attributes": row} for row in rows]
    return JSONResponse({"data": data}, media_type=JSON_API, headers={"Vary": "Accept"})


def asks_for_json_api(request: Request) -> bool:
    offers = request.headers.get("accept", "").split(",")
    return any(offer.partition(";")[0].strip().lower() == JSON_API for offer in offers)
