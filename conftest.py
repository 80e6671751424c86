"""The examples in README.md and docs/ are tests: Python blocks are run, console blocks are typed into a shell."""

import doctest
import gc
import itertools
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sybil import Example, Sybil
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser, SkipParser

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
SECONDS = 300
MAPS = 20_000
"""Memory maps from which a process lets its programs go: Linux allows 65,530, and a compiled program takes several."""


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Let go of compiled programs between two files, before loading another would end the process."""
    if nextitem is not None and nextitem.path != item.path and "jax" in sys.modules and _maps() > MAPS:
        sys.modules["jax"].clear_caches()
        gc.collect()


def _maps() -> int:
    maps = Path("/proc/self/maps")
    return maps.read_bytes().count(b"\n") if maps.exists() else 0


def type_into_shell(example: Example) -> str | None:
    """Run each line after `$`; what stands below it is the output, where `...` stands for anything."""
    for command, expected in dialogue(str(example.parsed)):
        outcome = subprocess.run(
            ["bash", "-c", command],
            env={**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        mistake = any(line.startswith("piste: ") for line in expected.splitlines())
        if outcome.returncode != (2 if mistake else 0):
            return f"`{command}` ended with code {outcome.returncode}:\n{outcome.stdout}"
        if expected and not re.fullmatch(pattern(expected), outcome.stdout):
            return f"`{command}` wrote\n{outcome.stdout}\nwhere the text has\n{expected}"
    return None


def pattern(expected: str) -> str:
    """Return the regular expression for output: `...` is any text, alone on a line any lines; blanks may vary."""
    lines = [
        r"(?:.*\n)*"
        if line.strip() == "..."
        else re.sub(r"(?:\\ )+", " +", re.escape(line)).replace(r"\.\.\.", ".*") + r" *\n"
        for line in expected.splitlines()
    ]
    return "".join(lines)


def dialogue(text: str) -> Iterator[tuple[str, str]]:
    """Yield each command with the output written below it, empty where none is; `> ` goes on with the command."""
    for part in ("\n" + text.strip("\n")).split("\n$ ")[1:]:
        first, *rest = part.split("\n")
        more = list(itertools.takewhile(lambda line: line.startswith(">"), rest))
        output = rest[len(more) :]
        yield "\n".join([first, *(line[2:] for line in more)]), "".join(f"{line}\n" for line in output)


def enter(namespace: dict[str, Any]) -> None:
    """Go to an empty folder."""
    namespace["_before"] = Path.cwd()
    namespace["_folder"] = tempfile.TemporaryDirectory()
    os.chdir(namespace["_folder"].name)


def leave(namespace: dict[str, Any]) -> None:
    """Go back, and remove the folder."""
    os.chdir(namespace["_before"])
    namespace["_folder"].cleanup()


pytest_collect_file = Sybil(
    parsers=[
        PythonCodeBlockParser(doctest_optionflags=OPTIONS),
        CodeBlockParser("console", type_into_shell),
        SkipParser(),
    ],
    patterns=["README.md", "docs/**/*.md", "docs/*.md"],
    excludes=["docs/_build/**"],
    setup=enter,
    teardown=leave,
).pytest()
