"""What strangers wrote is printed as text: no markup, no terminal commands, no lines of its own."""

import json
from pathlib import Path

import pytest

from tests.workflows.house import House
from workflows.__main__ import parser
from workflows.commands import console
from workflows.commands.console import harmless, one_line, print_json, print_table
from workflows.commands.verify import run

HOSTILE = (
    "\x1b[2J\x9b31m[bold]x[/nothing] [link=http://evil]\\[/] \u202egnp.exe\u2066 \udcff {0} %s"
)


def obeyed(text: str) -> set[str]:
    return {c for c in text if c in "\x1b\x9b\u202e\u2066\udcff"}


def test_text_keeps_its_brackets_and_loses_its_commands(
    capsys: pytest.CaptureFixture[str],
) -> None:
    console.console.print(HOSTILE, soft_wrap=True)
    print_table("t", ("a",), [(HOSTILE,)])
    out = capsys.readouterr().out
    assert not obeyed(out)
    assert "[bold]x[/nothing]" in out


def test_json_says_the_same_without_commanding_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_json({"subject": HOSTILE})
    out = capsys.readouterr().out
    assert not obeyed(out)
    assert json.loads(out) == {"subject": HOSTILE}


def test_a_subject_cannot_look_like_other_lines() -> None:
    assert "\n" not in one_line("V/v\n  state: registered\u2028verdict: TOTAL-PASSED")


def test_vietnamese_stays_as_it_is() -> None:
    text = "Quyết định số 15/QĐ-UBND\tvề việc\nkiểm tra công tác văn thư"
    assert harmless(text) == text


def test_a_file_may_be_called_as_it_likes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], house: House
) -> None:
    file = tmp_path / "[/bold] \x1b]0;x\x07 .pdf"
    file.parent.mkdir()
    file.write_bytes(b"%PDF-1.4 nothing")
    words = ["verify", str(file), "--trust", str(house.pki.roots)]
    assert run(parser(["verify"]).parse_args(words)) == 1
    assert "\x1b" not in capsys.readouterr().out
