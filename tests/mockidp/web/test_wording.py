import shlex

import pytest

from mockidp import Client
from mockidp.web.wording import breakable, curl, in_words, initials

WEB = Client(client_id="shop-web", client_secret="hush")


@pytest.mark.parametrize(
    ("scope", "sentence"),
    [
        ("email", "See your e-mail address"),
        ("orders:read", "Read orders"),
        ("shop:orders:read", "Read shop:orders"),
        ("everything", "Use “everything”"),
        (":read", "Use “:read”"),
    ],
)
def test_scopes_are_put_into_words(scope: str, sentence: str) -> None:
    assert in_words(scope) == sentence


@pytest.mark.parametrize(("name", "shown"), [("Casey Customer", "CC"), ("admin", "A"), ("Ana de la Vega", "AD")])
def test_names_are_shortened_to_at_most_two_letters(name: str, shown: str) -> None:
    assert initials(name) == shown


def test_addresses_break_at_their_joints() -> None:
    assert breakable("http://a.example/b/c?d=1&e=<2>") == "http://a.example/<wbr>b/<wbr>c<wbr>?d=1<wbr>&amp;e=&lt;2&gt;"


def test_a_shell_reads_the_command_as_meant() -> None:
    job = Client(client_id="job", client_secret="it's 5%+", grant_types=("client_credentials",), scope="a:read b:read")
    assert shlex.split(curl("http://127.0.0.1:1/oauth2-token", (WEB, job)).replace("\\\n", "")) == [
        "curl",
        "http://127.0.0.1:1/oauth2-token",
        *("-d", "grant_type=client_credentials"),
        *("-d", "client_id=job"),
        *("--data-urlencode", "client_secret=it's 5%+"),
        *("--data-urlencode", "scope=a:read b:read"),
    ]


def test_a_client_without_a_scope_asks_for_none() -> None:
    job = Client(client_id="job", client_secret="hush", grant_types=("client_credentials",))
    assert curl("http://127.0.0.1:1/oauth2-token", (job,)).endswith("-d client_secret=hush")


def test_where_no_client_can_use_it_there_is_no_command() -> None:
    assert curl("http://127.0.0.1:1/oauth2-token", (WEB,)) == ""


def test_a_client_whose_secret_comes_in_the_header_shows_it_there() -> None:
    job = Client(
        client_id="job:1",
        client_secret="hush %",
        grant_types=("client_credentials",),
        token_endpoint_auth_method="client_secret_basic",
    )
    assert curl("http://127.0.0.1:1/oauth2-token", (job,)).endswith("-u job%3A1:hush+%25")
