import copy
from collections.abc import Callable

import pytest
from starlette.authentication import AuthCredentials

from realmgate.principal import Principal, anonymous
from realmgate.request_auth import GrantedScopes

CASEY = Principal(subject="casey", realm="storefront", scopes=frozenset({"orders:read"}))


def granted(principal: Principal) -> GrantedScopes:
    auth: GrantedScopes = GrantedScopes()
    auth.principal = principal
    return auth


def test_it_is_what_starlette_takes() -> None:
    auth = granted(CASEY)

    assert isinstance(auth, AuthCredentials)
    assert auth.scopes == ["authenticated", "orders:read"]


def test_nobody_has_no_scopes() -> None:
    assert granted(anonymous("storefront")).scopes == []


def test_a_list_is_of_one_request_and_stays_what_it_is() -> None:
    one, other = granted(CASEY), granted(CASEY)
    one.scopes.append("admin")

    assert one.scopes == ["authenticated", "orders:read", "admin"]
    assert other.scopes == ["authenticated", "orders:read"]
    assert CASEY.scopes == {"orders:read"}


def test_it_has_nothing_else() -> None:
    with pytest.raises(AttributeError, match="no attribute 'roles'"):
        _ = granted(CASEY).roles


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_says_the_same(copied: Callable[[AuthCredentials], AuthCredentials]) -> None:
    copy_of = copied(granted(CASEY))

    assert isinstance(copy_of, AuthCredentials)
    assert copy_of.scopes == ["authenticated", "orders:read"]
