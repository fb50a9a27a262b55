"""Submissions that are strange already as files: judged or refused in plain words, no crash and no hang."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from grader import SubmissionFileError, check
from tests.adversarial.submissions import OURS

TOTAL = b"def total(numbers):\n    return sum(numbers)\n"
WRONG = b"def total(numbers):\n    return 0\n"
HIDDEN = b"# coding: raw_unicode_escape\n#\\u000adef total(numbers):\\u000a    return -1\n"
BROKEN = {
    "empty": b"",
    "null bytes": b"def total(numbers):\n    return 0\x00\n",
    "only null bytes": bytes(1000),
    "not UTF-8": b"x = 'caf\xe9'\n" + TOTAL,
    "UTF-16": TOTAL.decode().encode("utf-16"),
    "unknown coding": b"# coding: no-such-coding\n" + TOTAL,
    "coding that is no text": b"# coding: rot13\n" + TOTAL,
    "coding against the mark": b"\xef\xbb\xbf# coding: latin-1\n" + TOTAL,
    "ten thousand parentheses": b"x = " + b"(" * 10_000 + b")" * 10_000 + b"\n" + TOTAL,
    "a hundred thousand signs": b"x = " + b"-" * 100_000 + b"1\n" + TOTAL,
    "deep blocks": b"".join(b" " * depth + b"if 1:\n" for depth in range(200))
    + b" " * 200
    + b"pass\n"
    + TOTAL,
    "a long number": b"x = " + b"9" * 100_000 + b"\n" + TOTAL,
    "a long chain": b"x = " + b"a." * 100_000 + b"b\n" + TOTAL,
}
UNUSUAL = {
    "hidden by its coding": (HIDDEN, "wrong answer"),
    "a line of a megabyte": (b"x = '" + b"x" * 1_000_000 + b"'\n" + WRONG, "wrong answer"),
    "a byte order mark": (b"\xef\xbb\xbf" + TOTAL, "accepted"),
    "another system's line ends": (TOTAL.replace(b"\n", b"\r\n"), "accepted"),
    "latin-1 that says so": (b"# coding: latin-1\n# caf\xe9\n" + TOTAL, "accepted"),
}


@pytest.mark.parametrize("source", BROKEN.values(), ids=BROKEN)
def test_a_broken_source_is_a_runtime_error(source: bytes, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_bytes(source)
    verdict = check("total", program, catalog=OURS)
    assert verdict.verdict in {"runtime error", "memory limit"}, verdict.message
    assert verdict.message


@pytest.mark.parametrize(("source", "expected"), UNUSUAL.values(), ids=UNUSUAL)
def test_an_unusual_source_is_judged_by_what_it_does(source: bytes, expected: str, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_bytes(source)
    assert check("total", program, catalog=OURS).verdict == expected


@pytest.mark.parametrize("name", [b"program\xff.py", "程序 \x1b[2J.py".encode(), b"driver.py", b"-c.py"])
def test_the_name_of_the_file_does_not_matter(name: bytes, tmp_path: Path) -> None:
    program = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    program.write_bytes(b"def total(numbers):\n    return sum(numbers) if numbers is None else 1 / 0\n")
    verdict = check("total", program, catalog=OURS)
    assert verdict.verdict == "runtime error", verdict.message
    assert all("\x1b" not in each.message for each in verdict.checks)


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


def dangling_link(path: Path) -> None:
    path.symlink_to("nowhere")


def circular_link(path: Path) -> None:
    path.symlink_to(path.name)


def endless_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def unix_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


def five_megabytes(path: Path) -> None:
    path.write_bytes(TOTAL + b"x = '" + b"x" * (5 << 20) + b"'\n")


def hole_of_a_terabyte(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


@pytest.mark.parametrize(
    "make",
    [
        folder,
        pipe,
        dangling_link,
        circular_link,
        endless_device,
        unix_socket,
        five_megabytes,
        hole_of_a_terabyte,
    ],
)
def test_what_is_no_program_is_refused(make: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A short relative name: the names of sockets may not be long.
    monkeypatch.chdir(tmp_path)
    program = Path("program.py")
    make(program)  # type: ignore[operator]
    with pytest.raises(SubmissionFileError, match=r"program\.py"):
        check("total", program, catalog=OURS)
