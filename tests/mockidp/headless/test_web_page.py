from mockidp.headless.web_page import read_page
from mockidp.settings.config import User
from mockidp.web import pages

ANN = User(username="ann", password="x", name="<Ann & Co>")


def login(**more: str) -> str:
    asked = {"realm_name": "storefront", "realm_title": "Storefront", "client_name": "Web", "csrf_token": 'a"b&c'}
    return pages.login_page(**asked, action="/login?a=1&b=2", users=(ANN,), **more)


def test_forms_are_read_with_their_inputs_and_buttons_as_a_browser_would() -> None:
    by_hand, one_click = read_page(login(username="ann")).forms
    assert by_hand.action == one_click.action == "/login?a=1&b=2"
    assert by_hand.fields == (("csrf_token", 'a"b&c'), ("username", "ann"), ("password", ""))
    assert one_click.buttons == (("as", "ann"),)
    assert by_hand.has("password")
    assert not one_click.has("password")


def test_what_is_typed_replaces_what_was_there_and_only_the_pressed_button_counts() -> None:
    by_hand, one_click = read_page(login(username="ann")).forms
    assert by_hand.filled({"username": "bob", "password": "y"}) == (
        ("csrf_token", 'a"b&c'),
        ("username", "bob"),
        ("password", "y"),
    )
    assert one_click.filled({}, ("as", "ann")) == (("csrf_token", 'a"b&c'), ("as", "ann"))
    assert one_click.filled({}) == (("csrf_token", 'a"b&c'),)


def test_the_words_of_a_page_are_those_of_its_middle() -> None:
    page = read_page(pages.error_page(status=404, title="Nobody <here>", message="Go away.", hint="Try elsewhere"))
    assert page.text == "404. Nobody <here>. Go away. Try elsewhere."
    assert page.alert == ""


def test_an_alert_is_found_among_them() -> None:
    assert read_page(login(error="The password is wrong.")).alert == "The password is wrong."


def test_what_is_no_page_of_ours_is_read_as_far_as_it_goes() -> None:
    assert read_page("").text == ""
    torn = read_page("<form><input name=a><input value=1>")
    assert torn.forms[0].fields == (("a", ""),)
