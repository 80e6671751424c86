"""What every rule in the catalogue keeps: a code of its own, a page, words that fit, and calm on odd data."""

import re
from pathlib import Path

import numpy as np
import pytest

from piste.core.findings import LintRecord, Outcome
from piste.core.records import decode, encode
from piste.lint import rules as package
from piste.lint.catalog import RULES
from piste.lint.judge import judge
from piste.lint.pages import codes, page
from piste.lint.pipeline import Pipeline
from piste.lint.rule import Group, Rule, available

LETTERS = {
    Group.DATA: "D",
    Group.MODEL: "M",
    Group.LOSS: "L",
    Group.OPTIMISER: "O",
    Group.LOOP: "T",
    Group.EVALUATION: "E",
    Group.REPRODUCIBILITY: "R",
}
every = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


@every
def test_a_rule_has_code_name_title_and_page(rule: Rule) -> None:
    assert re.fullmatch(rf"{LETTERS[rule.group]}\d{{3}}", rule.code)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
    assert not rule.title.endswith(".")
    assert rule.title[0].isupper()
    text = page(rule.code)
    assert text.startswith(f"# {rule.code}: ")
    for part in ("How it is measured", "How to fix it", "How to silence it"):
        assert f"## {part}" in text
    assert set(rule.explained_by) <= {one.code for one in RULES} - {rule.code}


@every
def test_its_file_has_its_name(rule: Rule) -> None:
    folder = Path(package.__path__[0]) / rule.group.value
    assert rule.check.__module__ == f"piste.lint.rules.{rule.group.value}.{rule.name.replace('-', '_')}"
    assert (folder / f"{rule.name.replace('-', '_')}.py").is_file()


def test_codes_and_names_are_unique_and_no_page_is_left_over() -> None:
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)
    assert set(codes()) == {rule.code for rule in RULES}


def test_nothing_runs_on_nothing_and_each_rule_says_what_it_needs() -> None:
    runnable, lacking = available(RULES, Pipeline())
    assert runnable == ()
    assert set(lacking) == {rule.code for rule in RULES}
    assert all(lacking.values())


ODD = {
    "empty": (np.zeros((0, 3), np.float32), np.zeros(0, np.int32)),
    "one row": (np.ones((1, 3), np.float32), np.zeros(1, np.int32)),
    "constant": (np.ones((20, 3), np.float32), np.zeros(20, np.int32)),
    "not a number": (np.full((20, 3), np.nan, np.float32), np.arange(20, dtype=np.int32) % 2),
    "no targets": (np.ones((20, 3), np.float32), None),
}


@pytest.mark.parametrize("rows", ODD.values(), ids=ODD.keys())
def test_odd_data_give_a_record_and_no_exception(rows: tuple[object, object]) -> None:
    record = judge(Pipeline(train=rows, test=rows), RULES, seconds=600)
    assert decode(encode(record), LintRecord) == record
    assert {rule.outcome for rule in record.rules} <= set(Outcome)
