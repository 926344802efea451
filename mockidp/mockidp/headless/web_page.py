"""What a page offers to somebody who does not look at it: its words and its forms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

Fields = tuple[tuple[str, str], ...]

_SPOKEN: Final = frozenset({"h1", "h2", "p", "li"})
_LINE_END: Final = "\0"
_BESIDE: Final = frozenset({"header", "footer", "title"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form; `fields` are its inputs as they are filled in, `buttons` what each of its named buttons adds."""

    action: str
    fields: Fields = field(default=(), repr=False)
    buttons: Fields = ()

    def has(self, name: str) -> bool:
        """Is there an input or a button of this name?"""
        return any(name == known for known, _ in (*self.fields, *self.buttons))

    def filled(self, typed: Mapping[str, str], button: tuple[str, str] | None = None) -> Fields:
        """What a browser posts with these inputs typed in and this button pressed."""
        left = (pair for pair in self.fields if pair[0] not in typed)
        return (*left, *typed.items(), *((button,) if button else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPage:
    """The text of the page's middle, its alert alone where there is one, and its forms."""

    text: str
    alert: str
    forms: tuple[Form, ...]


def read_page(html: str) -> WebPage:
    """Read a page of ours; of any other it makes what it can."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    forms = (
        Form(action=action, fields=tuple(fields), buttons=tuple(buttons)) for action, fields, buttons in reader.forms
    )
    return WebPage(text=_joined(reader.words), alert=_joined(reader.alert), forms=tuple(forms))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.alert: list[str] = []
        self.forms: list[tuple[str, list[tuple[str, str]], list[tuple[str, str]]]] = []
        self._beside = 0
        self._alert: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag in _BESIDE:
            self._beside += 1
        elif tag == "form":
            self.forms.append((said.get("action", ""), [], []))
        elif said.get("role") == "alert":
            self._alert = tag
        if self.forms and "name" in said and tag in {"input", "button"}:
            _, fields, buttons = self.forms[-1]
            (fields if tag == "input" else buttons).append((said["name"], said.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag in _BESIDE:
            self._beside -= 1
        if tag == self._alert:
            self._alert = None
        if tag in _SPOKEN:
            self.words.append(_LINE_END)

    def handle_data(self, data: str) -> None:
        if self._alert is not None:
            self.alert.append(data)
        if not self._beside:
            self.words.append(data)


def _joined(words: list[str]) -> str:
    """The words with single blanks between them, and a full stop where a line ends without one."""
    lines = (" ".join(line.split()) for line in "".join(words).split(_LINE_END))
    return " ".join(line if line[-1] in ".?!:" else f"{line}." for line in lines if line)
