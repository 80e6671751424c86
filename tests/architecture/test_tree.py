"""The shape of the tree: files of a readable size, tests beside the code, a map that is true, locks that agree."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "piste"
MODULES = sorted(SOURCE.rglob("*.py"))
MOST_LINES = 300
MOST_LINES_OF_A_FUNCTION = 50  # its signature and docstring apart


def name(path: Path) -> str:
    return str(path.relative_to(SOURCE))


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_a_module_can_be_read_in_one_sitting(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            documented = ast.get_docstring(node) is not None
            code = node.body[documented:] or node.body
            assert (code[-1].end_lineno or 0) - code[0].lineno < MOST_LINES_OF_A_FUNCTION, node.name


def test_every_package_says_what_it_is_for_and_is_on_the_map() -> None:
    packages = [path.parent for path in SOURCE.rglob("__init__.py")]
    assert {path.parent for path in MODULES} == set(packages)
    for package in packages:
        assert ast.get_docstring(ast.parse((package / "__init__.py").read_text())), f"{package} has no docstring"
    parts = {f"piste.{path.parent.name}" for path in SOURCE.glob("*/__init__.py")}
    parts |= {f"piste.{path.stem}" for path in SOURCE.glob("*.py") if not path.stem.startswith("__")}
    table = [line for line in (ROOT / "docs/architecture.md").read_text().splitlines() if line.startswith("| `piste.")]
    assert parts <= {part for line in table for part in re.findall(r"`(piste\.\w+)`", line.split("|")[1])}


def locked(file: str) -> set[str]:
    return set((ROOT / "locks" / file).read_text().split("\n"))


def test_the_lock_of_the_tests_holds_all_that_runs() -> None:
    assert locked("run.txt") <= locked("test.txt")
    for line in locked("test.txt") - {""}:
        assert re.fullmatch(r"[a-z0-9.-]+==[^ ]+( ; .+)?", line), f"{line} is not one exact version"


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("[!_]*.md")), ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    for link in links:
        assert (page.parent / link).is_file(), link
