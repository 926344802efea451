"""The walk-through with curl, typed into a real bash against real servers; `…` in an answer stands for anything."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import single
from mockidp import MockIdp

PAGE = Path(__file__).parents[2] / "docs" / "curl.md"
BOTH_DOORS, WITHOUT_A_STOREFRONT = PAGE.read_text("utf-8").split("## Without a storefront")
END_OF_BLOCK = "--- end of block ---"

pytestmark = pytest.mark.skipif(
    not shutil.which("bash") or not shutil.which("curl"), reason="needs bash and curl (Debian: apt-get install curl)"
)


def type_in(source: str, blocks: Any, home: Path, *, provider: str, shop: str) -> None:
    def here(text: str) -> str:
        return text.replace("http://127.0.0.1:8800", provider).replace("http://127.0.0.1:8900", shop)

    shown = [block for block in blocks(source) if block.language in ("bash", "text")]
    script = "".join(
        f"{here(block.text)}\necho; echo '{END_OF_BLOCK}'\n" for block in shown if block.language == "bash"
    )
    typed = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],  # noqa: S607
        cwd=home,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert typed.returncode == 0, typed.stdout + typed.stderr
    answers = iter(typed.stdout.split(END_OF_BLOCK))
    answer = ""
    for block in shown:
        if block.language == "bash":
            answer = next(answers).strip()
        else:
            wanted = ".*".join(map(re.escape, here(block.text).strip().split("…")))
            assert re.fullmatch(wanted, answer, re.DOTALL), f"{wanted}\n\n{answer}"


def test_a_login_at_the_back_office_goes_as_the_page_says(
    blocks: Callable[[str], Any], mock_idp: MockIdp, shop: str, tmp_path: Path
) -> None:
    type_in(BOTH_DOORS, blocks, tmp_path, provider=mock_idp.base_url, shop=shop)


def test_without_a_storefront_nothing_has_a_prefix(blocks: Callable[[str], Any], serve: Any, tmp_path: Path) -> None:
    with MockIdp(single=True) as idp, serve(lambda _: single.create_app(idp.issuer("backoffice"))) as shop:
        type_in(WITHOUT_A_STOREFRONT, blocks, tmp_path, provider=idp.base_url, shop=shop)
