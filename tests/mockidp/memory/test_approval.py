from mockidp.memory.approval import Approval


def test_its_nonce_shows_in_no_representation() -> None:
    approval = Approval(
        approval_id="a",
        realm="storefront",
        client_id="web",
        username="ann",
        subject="ann",
        scope="",
        scope_named=False,
        auth_time=0,
        nonce="n0nce",
    )
    assert "n0nce" not in repr(approval)


def test_it_is_for_one_client_of_one_realm() -> None:
    approval = Approval(
        approval_id="a",
        realm="storefront",
        client_id="web",
        username="ann",
        subject="ann",
        scope="",
        scope_named=False,
        auth_time=0,
    )
    assert approval.is_for("storefront", "web")
    assert not approval.is_for("backoffice", "web")
    assert not approval.is_for("storefront", "spa")
