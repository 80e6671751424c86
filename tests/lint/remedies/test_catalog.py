"""What every remedy keeps: a name that rules use, words that fit, a line in the docs."""

import ast
from pathlib import Path

import pytest

from piste.lint import rules as package
from piste.lint.remedies.catalog import REMEDIES
from piste.lint.remedies.remedy import Remedy

RULES = Path(package.__path__[0])
LINT_PAGE = Path(__file__).parents[3] / "docs" / "lint.md"


def named_by_rules() -> set[str]:
    calls = [
        node
        for path in RULES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
    ]
    values = [word.value for call in calls for word in call.keywords if word.arg == "remedy"]
    return {
        str(one.value)
        for value in values
        for one in ast.walk(value)
        if isinstance(one, ast.Constant) and str(one.value)
    }


@pytest.mark.parametrize("remedy", REMEDIES.values(), ids=REMEDIES)
def test_a_remedy_is_named_well(remedy: Remedy) -> None:
    assert REMEDIES[remedy.name] is remedy
    assert remedy.title[0].isupper()
    assert not remedy.title.endswith(".")
    assert remedy.name in LINT_PAGE.read_text(encoding="utf-8")


def test_rules_name_remedies_that_there_are() -> None:
    assert {"drop-duplicates", "output-bias"} <= named_by_rules() <= set(REMEDIES)
