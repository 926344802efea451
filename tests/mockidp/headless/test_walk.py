"""The walk through pages and forms, told here by who answers it; `test_walking.py` takes it to a real provider."""

import pytest

from mockidp.headless.walk import Answer, Ask, CookieJar, FlowStopped, Wishes, walk

START = "/oauth2-token/authorize?client_id=x"
CLIENT = "https://shop.example/callback?code=1"
LOGIN = (
    '<form action="/login?a"><input name="csrf_token" value="t1"><input name="username" value="{0}">'
    '<input name="password"></form>'
    '<form action="/login?b"><input name="csrf_token" value="t2">'
    '<button name="as" value="ann"></button><button name="as" value="bob"></button></form>'
)
CONSENT = (
    '<form action="consent?c"><input name="csrf_token" value="t3"><button name="decision" value="approve"></button>'
    '<button name="decision" value="deny"></button></form>'
)


def page(text: str, status: int = 200) -> Answer:
    return Answer(status=status, text=text, content_type="text/html; charset=utf-8")


def to(location: str) -> Answer:
    return Answer(status=303, location=location)


def walked(*answers: Answer, user: str | None = None, password: str | None = None, consent: bool = True) -> list[Ask]:
    """What was asked, one after the other, until the last of the answers led to the client."""
    steps = walk(START, Wishes(user=user, password=password, consent=consent), CookieJar())
    asked = [next(steps), *(steps.send(answer) for answer in answers[:-1])]
    with pytest.raises(StopIteration) as done:
        steps.send(answers[-1])
    assert done.value.value == answers[-1].location
    return asked


def test_a_person_is_chosen_and_approves() -> None:
    asked = walked(to("/login?x"), page(LOGIN.format("")), to("/back"), page(CONSENT), to(CLIENT), user="bob")
    assert [ask.target for ask in asked] == [START, "/login?x", "/login?b", "/back", "/consent?c"]
    assert asked[2].form == (("csrf_token", "t2"), ("as", "bob"))
    assert asked[4].form == (("csrf_token", "t3"), ("decision", "approve"))


def test_or_denies() -> None:
    asked = walked(page(CONSENT), to(CLIENT), consent=False)
    assert asked[1].form == (("csrf_token", "t3"), ("decision", "deny"))


@pytest.mark.parametrize(("suggested", "chosen"), [("", "ann"), ("bob", "bob")])
def test_without_a_name_it_is_whom_the_page_suggests_or_the_first(suggested: str, chosen: str) -> None:
    asked = walked(page(LOGIN.format(suggested)), to(CLIENT))
    assert asked[1].form == (("csrf_token", "t2"), ("as", chosen))


def test_a_password_is_typed_in_by_hand() -> None:
    asked = walked(page(LOGIN.format("")), to(CLIENT), user="eve", password="secret")
    assert asked[1].target == "/login?a"
    assert asked[1].form == (("csrf_token", "t1"), ("username", "eve"), ("password", "secret"))


def test_whoever_is_not_there_is_answered_with_who_is() -> None:
    with pytest.raises(FlowStopped, match="no user 'eve' can log in here; there are ann, bob"):
        walked(page(LOGIN.format("")), to(CLIENT), user="eve")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (page("<main><h1>Gone</h1><p>Ask again.</p></main>", 404), "404 with a page: Gone. Ask again."),
        (page("<p role='alert'>Wrong password.</p>" + LOGIN.format("")), "200 with a page: Wrong password."),
        (page(CONSENT, 403), "403 with a page"),
        (page("<p>Hello</p>"), "200 with a page: Hello."),
        (Answer(status=500, text='{"error": "x"}', content_type="application/json"), '500 with a page: {"error": "x"}'),
        (Answer(status=204), r"204 with a page: \(nothing\)"),
    ],
)
def test_a_page_that_is_no_question_stops_it_and_is_quoted(answer: Answer, said: str) -> None:
    with pytest.raises(FlowStopped, match=said) as stopped:
        walked(answer, to(CLIENT))
    assert stopped.value.status == answer.status


def test_a_login_that_is_asked_for_twice_is_a_dead_end() -> None:
    with pytest.raises(FlowStopped, match="asks for a login again"):
        walked(page(LOGIN.format("")), page(LOGIN.format("")), to(CLIENT))


def test_a_circle_has_an_end() -> None:
    with pytest.raises(FlowStopped, match="after 20 steps"):
        walked(*[to("/round")] * 20, to(CLIENT))


def test_addresses_of_apps_are_the_client_too() -> None:
    assert walked(to("com.example.app:/callback?code=1"))


def test_cookies_go_where_their_path_says_and_are_forgotten_when_taken_back() -> None:
    jar = CookieJar()
    jar.keep(("a=1; Path=/oauth2-token; HttpOnly; SameSite=lax", 'b="2"; Path=/', "broken\x00=;;;"))
    assert jar.header("/oauth2-token/login") == 'a=1; b="2"'
    assert jar.header("/oauth2-tokens") == 'b="2"'
    jar.keep(("a=; Max-Age=0; Path=/oauth2-token", "b=3"))
    assert jar.header("/oauth2-token") == "b=3"


def test_nothing_secret_is_shown_of_what_is_asked_and_answered() -> None:
    wishes = Wishes(user="ann", password="s3cret")
    ask = Ask(target="/?code=s3cret", cookie="s3cret", form=(("password", "s3cret"),))
    answer = Answer(status=303, text="s3cret", location="/?code=s3cret", cookies=("s3cret",))
    assert "s3cret" not in f"{wishes} {ask} {answer}"
