"""A file is read once, and again when it has changed."""

import os
from pathlib import Path

from piste.web.remembered import LastFew, Remembered


def test_a_file_is_read_again_only_when_it_has_changed(tmp_path: Path) -> None:
    file, read = tmp_path / "a", []

    def length(path: Path) -> int:
        read.append(path)
        return len(path.read_bytes())

    file.write_bytes(b"12")
    remembered = Remembered()
    assert [remembered.of(file, length) for _ in range(3)] == [2, 2, 2]
    assert len(read) == 1
    file.write_bytes(b"123")
    assert remembered.of(file, length) == 3
    os.utime(file, ns=(1, 1))
    remembered.of(file, length)
    assert len(read) == 3


def test_two_readings_of_one_file_are_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("x")
    remembered = Remembered()
    assert remembered.of(file, Path.read_text, "text") == "x"
    assert remembered.of(file, Path.read_bytes, "bytes") == b"x"


def test_the_oldest_is_forgotten(tmp_path: Path) -> None:
    read: list[str] = []
    remembered = Remembered(most=2)
    for name in ("a", "b", "c", "c", "a"):
        remembered.of(tmp_path / name, lambda path: read.append(path.name))
    assert read == ["a", "b", "c", "a"]


def test_the_last_few_are_made_once_each() -> None:
    made: list[str] = []
    few = LastFew(2)

    def ask(key: str) -> str:
        return few.of(key, lambda: made.append(key) or key.upper())  # type: ignore[func-returns-value]

    assert [ask(key) for key in "abab"] == ["A", "B", "A", "B"]
    assert made == ["a", "b"]
    ask("a")
    ask("c")  # "b" was asked for the longest time ago
    assert [ask(key) for key in "acb"] == ["A", "C", "B"]
    assert made == ["a", "b", "c", "b"]
