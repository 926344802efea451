"""The views of both APIs. Who asks is in the request, and was put there by the gate."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from realmgate import principal_of, refusal_for

ORDERS = [
    {"id": 1001, "customer": "customer@example.com", "product": "Enamel mug"},
    {"id": 1002, "customer": "buyer@example.com", "product": "Linen apron"},
]

View = Callable[..., HttpResponse]


def requires(scopes: str) -> Callable[[View], View]:
    """Answer as the gate would, unless the token has these scopes."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, **arguments: object) -> HttpResponse:
            refusal = refusal_for(request, scopes)
            if refusal is not None:
                return HttpResponse(refusal.body, status=refusal.status, headers=refusal.by_name)
            return view(request, **arguments)

        return guarded

    return decorate


@require_GET
@requires("orders:read")
def my_orders(request: HttpRequest) -> HttpResponse:
    customer = principal_of(request).subject
    return JsonResponse([order for order in ORDERS if order["customer"] == customer], safe=False)


@require_GET
@requires("orders:read")
def all_orders(request: HttpRequest) -> HttpResponse:
    return JsonResponse(ORDERS, safe=False)
