"""The page about negative tests lists the catalogue as it is, row by row."""

import re
from collections.abc import Iterator
from pathlib import Path

from mockidp.faults.catalogue import CATALOGUE
from mockidp.faults.row import EndpointFault, Fault

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "negative-tests.md"
HEADS = {
    "Tokens": "| fault | what lies | tokens | what a careful verifier says |\n|---|---|---|---|",
    "Answers": "| fault | what goes wrong | at | what a careful client makes of it |\n|---|---|---|---|",
}


def table(heading: str) -> str:
    """The rows as the page should have them; print it to renew the page."""
    of_endpoints = heading == "Answers"
    rows = (row(fault) for fault in CATALOGUE.values() if isinstance(fault, EndpointFault) is of_endpoints)
    return "\n".join((HEADS[heading], *rows))


def row(fault: Fault) -> str:
    where = [fault.endpoint or "any"] if isinstance(fault, EndpointFault) else [kind[:-6] for kind in fault.tokens]
    return f"| `{fault.name}` | {fault.lies} | {', '.join(where)} | {fault.verdict} |"


def shown() -> Iterator[tuple[str, str]]:
    text = PAGE.read_text("utf-8")
    for heading in HEADS:
        section = text.partition(f"\n### {heading}\n")[2].partition("\n#")[0]
        yield heading, "\n".join(line for line in section.splitlines() if line.startswith("|"))


def test_the_page_lists_every_fault_as_it_is() -> None:
    for heading, listed in shown():
        assert listed == table(heading), f"renew the table below {heading!r}:\n{table(heading)}"


def test_every_conformance_module_is_answered_by_faults_that_exist() -> None:
    section = PAGE.read_text("utf-8").partition("\n## By the names of the OpenID conformance tests\n")[2]
    rows = [line.split(" | ")[1] for line in section.partition("\n## ")[0].splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`([a-z0-9-]+)`", row)}

    assert len(rows) > 10
    assert named - CATALOGUE.keys() == {"algorithm"}
