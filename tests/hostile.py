"""Any bytes, thrown at a gate: each target takes some, and raises when the gate does what it must not.

The property tests and the coverage-guided fuzzer of the benchmarks call the same ones.
"""

import json
import posixpath
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import unquote

import hostile_gates as gates
from hostile_gates import GOOD_CLAIMS, ISSUER, NOW, ORO_CLAIMS, Answer, ask, base64url, segment

IN: Final = (200, (("x-app", "here"),), b"in")
DEEP: Final = "[" * 40 + "]" * 40
ODD: Final[tuple[str, ...]] = (
    *("null", "true", "false", "0", "-1", "1e400", "-0.0", "1800003600", "1800003600.5", "9" * 400, '""', '"\\ud800"'),
    *("[]", "{}", '["a", 1]', '[["a"]]', '{"a": {"b": []}}', DEEP, '"\\u0000"', '"a\\r\\nb: c"', '"\\u202e"', "NaN"),
)
HEADER: Final = segment({"alg": "EdDSA", "typ": "at+jwt", "kid": "one"})
# How a letter of a token might also be written, itself being the braces of the first ones.
AROUND: Final = ("\\{}", '"{}', '{}","', "{}=", "{}.", "{}\t", "{}\n", "\0{}", "{0}{0}", "")
SPELLINGS: Final[tuple[Callable[[str], str], ...]] = (
    *(text.format for text in AROUND),
    lambda letter: f"\\u{ord(letter):04x}",
    lambda letter: f"%{ord(letter):02x}",
    lambda letter: chr(ord(letter) | 0x80),
    lambda letter: letter.swapcase(),
    lambda letter: {"-": "+", "_": "/"}.get(letter, letter),
)
PLAIN_HEADER: Final = segment({"alg": "EdDSA", "typ": "JWT", "kid": "one"})


class Finding(AssertionError):
    """A gate did what it must not."""


def must_be(answer: Answer, allowed: frozenset[Any]) -> None:
    if answer.seen not in allowed:
        raise Finding(f"an answer that nobody expects: {answer.seen}")


def target_token() -> Callable[[bytes], None]:
    """Anything at all where a token stands: only ever the one refusal, since nobody can sign."""
    doors = gates.gates()
    allowed = gates.refusals(doors)

    def token(data: bytes) -> None:
        must_be(ask(doors, "Bearer " + data.decode("latin-1")), allowed)
        header, _, payload = data.partition(b"\0")
        must_be(ask(doors, f"Bearer {base64url(header)}.{base64url(payload)}.AAAA"), allowed)

    return token


def target_spelling() -> Callable[[bytes], None]:
    """A good token, some of its letters written in other ways: only as it was issued does it get in."""
    doors = gates.gates()
    good = gates.signed(HEADER, GOOD_CLAIMS)
    allowed = gates.refusals(doors) | {IN}

    def spelling(data: bytes) -> None:
        token = respelled(good, data)
        answer = ask(doors, f"Bearer {token}")
        must_be(answer, allowed)
        # White space at the end of a header's value is none of its own (RFC 9110 §5.5).
        if (answer.seen == IN) != (token.rstrip("\t") == good):
            raise Finding(f"one token in another spelling: {token}")

    return spelling


def respelled(token: str, data: bytes) -> str:
    """The token with letters written as the first byte says, at the places, from its end, that pairs of bytes name."""
    letters = list(token)
    for at in range(1, len(data) - 1, 2):
        where = -1 - int.from_bytes(data[at : at + 2], "big") % len(letters)
        letters[where] = SPELLINGS[data[0] % len(SPELLINGS)](token[where])
    return "".join(letters)


def target_credentials() -> Callable[[bytes], None]:
    """Anything at all in the Authorization header, once or several times; nobody here has a token."""
    doors = gates.gates()
    allowed = gates.refusals(doors)

    def credentials(data: bytes) -> None:
        text = data.decode("latin-1")
        must_be(ask(doors, text), allowed)
        must_be(ask(doors, *text.split("\n")), allowed)

    return credentials


def target_claims() -> Callable[[bytes], None]:
    """Any payload under a signature that is believed, in every profile; who gets in is checked by another parser."""
    profiles = [
        (gates.gates(believing=True, max_lifetime=7200), HEADER, GOOD_CLAIMS),
        (gates.gates(believing=True, profile="jwt"), PLAIN_HEADER, GOOD_CLAIMS),
        (gates.gates(believing=True, profile="orocommerce"), PLAIN_HEADER, ORO_CLAIMS),
    ]
    doors = [(door, header, good, gates.refusals(door) | {IN}) for door, header, good in profiles]
    for door, header, good, _ in doors:
        if ask(door, f"Bearer {header}.{base64url(json.dumps(good).encode())}.AAAA").seen != IN:
            raise Finding("a good token is refused")

    def claims(data: bytes) -> None:
        door, header, good, allowed = doors[data[0] % 3 if data else 0]
        payload = data[2:] if data[1:2] < b"\x40" else mutated(good, data[2:])
        answer = ask(door, f"Bearer {header}.{base64url(payload)}.AAAA")
        must_be(answer, allowed)
        if answer.seen == IN:
            check_by_another_parser(payload, good)

    return claims


def mutated(good: dict[str, Any], data: bytes) -> bytes:
    """The good claims as text, with some replaced, doubled or added as the data says, three bytes each."""
    members = [(json.dumps(name), json.dumps(value)) for name, value in good.items()]
    names = [*[name for name, _ in members], '"nbf"', '"cnf"', '"scp"', '"roles"', '"nonce"', '"acr"', '"auth_time"']
    for at in range(0, min(len(data), 24) - 2, 3):
        where, name, value = data[at : at + 3]
        member = (names[name % len(names)], ODD[value % len(ODD)])
        if where % 3 == 0:
            members.append(member)
        else:
            members = [member if each[0] == member[0] else each for each in members]
    separator = ", " if data[:1] < b"\x80" else ","
    return ("{" + separator.join(f"{name}:{value}" for name, value in members) + "}").encode()


def check_by_another_parser(payload: bytes, good: dict[str, Any]) -> None:
    """What the standard library reads must be good as well, and hold every name once."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise Finding("a doubled name got in")
        return dict(pairs)

    read = json.loads(payload, object_pairs_hook=unique)
    audience = read["aud"] if isinstance(read["aud"], list) else [read["aud"]]
    fine = [
        read.get("iss", ISSUER) == ISSUER,
        good["aud"] in audience,
        type(read["exp"]) in (int, float) and read["exp"] > NOW,
        type(read.get("nbf", 0)) in (int, float) and read.get("nbf", 0) <= NOW + 5,
        isinstance(read["sub"], str) and (read["sub"] == "" or read["sub"].isprintable()),
        "cnf" not in read,
    ]
    if not all(fine):
        raise Finding(f"somebody got in who must not: {fine}")


def target_paths() -> Callable[[bytes], None]:
    """Any path, mounted or not, without a token: what gets in must not lie under a prefix, however it is read."""
    open_elsewhere, refused_elsewhere = gates.maps("open"), gates.maps("refuse")
    fixed = [ask(open_elsewhere, path=path) for path in ("/api", "/admin/api", "/%61pi")]
    fixed += [ask(refused_elsewhere, path="/")]
    if [each.status for each in fixed] != [401, 401, 400, 404]:
        raise Finding("the refusals are not what they should be")
    allowed = frozenset(each.seen for each in fixed)

    def paths(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        mount, _, path = text.partition("\n") if "\n" in text else ("", "", text)
        mount, path = mount.rstrip("/"), "/" + path.lstrip("/") if path[:2] != "//" else path
        mount = "/" + mount if mount and not mount.startswith("/") else mount
        must_be(ask(refused_elsewhere, path=path, mount=mount), allowed)
        answer = ask(open_elsewhere, path=path, mount=mount)
        must_be(answer, allowed | {IN})
        if answer.seen == IN:
            check_by_other_readers(path)

    return paths


def check_by_other_readers(path: str) -> None:
    """How routers, servers and file systems might read a path that was let through as nobody's."""
    once, twice = unquote(path), unquote(unquote(path))
    readings = {path, once, twice, path.replace("\\", "/"), twice.replace("\\", "/"), path.split(";", 1)[0]}
    readings |= {posixpath.normpath(each) for each in readings}
    readings |= {each.casefold() for each in readings} | {"/" + each.lstrip("/") for each in readings}
    for reading in readings:
        if any(reading == prefix or reading.startswith(prefix + "/") for prefix in ("/api", "/admin/api")):
            raise Finding(f"let through unguarded: {path!r}, which reads {reading!r}")


TARGETS: Final[dict[str, Callable[[], Callable[[bytes], None]]]] = {
    "token": target_token,
    "spelling": target_spelling,
    "credentials": target_credentials,
    "claims": target_claims,
    "paths": target_paths,
}
SEEDS: Final[dict[str, tuple[bytes, ...]]] = {
    "token": (
        f"{HEADER}.{segment(GOOD_CLAIMS)}.AAAA".encode(),
        b'{"alg":"EdDSA","typ":"at+jwt","kid":"one"}\0' + json.dumps(GOOD_CLAIMS).encode(),
    ),
    "spelling": tuple(
        bytes([how]) + b"".join(where.to_bytes(2, "big") for where in range(start, start + number))
        for how in range(len(SPELLINGS))
        for start in (1, 100)
        for number in (1, 4)
    ),
    "credentials": (b"Bearer a.b.c", b"bearer  a.b.c ", b"DPoP x", b"Basic YTpi", b"Bearer a\nBearer b", b"Bearer a,b"),
    "claims": (
        b"\0\0" + json.dumps(GOOD_CLAIMS).encode(),
        b"\1\0" + json.dumps(GOOD_CLAIMS, separators=(",", ":")).encode(),
        b"\2\0" + json.dumps(ORO_CLAIMS).encode(),
        b"\0\x40" + bytes(range(24)),
    ),
    "paths": (
        *(
            b"/api/orders",
            b"/admin/api",
            b"/mount\n/api/x",
            b"/%61pi",
            b"/a/../api",
            b"/api;x=y/z",
            b"//api",
            b"/%2561pi",
        ),
        *(b"/admin/%2e%2e/api", b"\\api", b"/API/x", b"/api%00", b"/\xef\xbd\x81pi", b"/admin/api%2f..", b"/x?/api"),
    ),
}
