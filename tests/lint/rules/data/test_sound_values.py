"""Values that cannot be learnt from: not finite, or labels without a class."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris

from piste.core.findings import Finding, Outcome, Severity
from piste.data.columns import RawTable
from piste.data.dataset import DataSet, build
from piste.data.settings import DataSettings
from piste.lint.declared import Declared
from piste.lint.pipeline import Split
from piste.lint.rules.data import finite_data, known_classes

Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]
INPUTS, TARGETS = load_iris(return_X_y=True)
TEST = Split(INPUTS[::3], TARGETS[::3])


@pytest.mark.parametrize(("what", "bad"), [("inputs", np.nan), ("inputs", np.inf), ("weights", np.nan)])
def test_what_is_not_finite_is_found_with_its_row(run_rule: Judge, what: str, bad: float) -> None:
    pieces = {"inputs": INPUTS.copy(), "targets": TARGETS, "weights": np.ones(len(INPUTS))}
    pieces[what][7] = bad
    _, (found,) = run_rule(finite_data.RULE, train=Split(**pieces))
    assert found.where.rows == (7,)
    assert found.severity is Severity.ERROR


def test_finite_data_pass(run_rule: Judge) -> None:
    assert run_rule(finite_data.RULE, train=(INPUTS, TARGETS), test=TEST)[0] is Outcome.PASSED


@pytest.mark.parametrize("shift", [1, -1])
def test_labels_outside_the_classes_are_errors(run_rule: Judge, shift: int) -> None:
    _, found = run_rule(known_classes.RULE, train=(INPUTS, TARGETS + shift), classes=3)
    assert [one.key for one in found] == ["data.labels-outside"]
    assert ("begin at 1" in found[0].cause) == (shift == 1)


def test_an_ignored_label_is_none(run_rule: Judge) -> None:
    targets = np.where(np.arange(150) % 9 == 0, -1, TARGETS)
    pieces: dict[str, Any] = {"train": (INPUTS, targets), "classes": 3}
    assert run_rule(known_classes.RULE, **pieces)[0] is Outcome.FOUND
    assert run_rule(known_classes.RULE, **pieces, declared=Declared(ignore_label=-1))[0] is Outcome.PASSED


def test_a_split_in_the_order_of_the_source_lacks_classes(run_rule: Judge) -> None:
    _, found = run_rule(known_classes.RULE, train=(INPUTS[:100], TARGETS[:100]), test=(INPUTS[100:], TARGETS[100:]))
    assert {one.key for one in found} == {"data.class-missing"}
    assert [one.severity for one in found] == [Severity.WARNING] * 2


def test_all_classes_everywhere_pass(run_rule: Judge) -> None:
    assert run_rule(known_classes.RULE, train=(INPUTS, TARGETS), test=TEST)[0] is Outcome.PASSED
    hot = np.eye(3, dtype=np.float32)
    assert run_rule(known_classes.RULE, train=(INPUTS, hot[TARGETS]), test=TEST)[0] is Outcome.PASSED


def test_a_rare_class_may_be_missing_by_chance(run_rule: Judge) -> None:
    rare = TARGETS.copy()
    rare[:47] = 1
    test = Split(INPUTS[60:120], TARGETS[60:120])
    assert run_rule(known_classes.RULE, train=(INPUTS, rare), test=test)[0] is Outcome.PASSED


def test_labels_that_never_change_are_named(run_rule: Judge) -> None:
    tags = np.stack([TARGETS == 0, TARGETS < 9], axis=1).astype(np.float32)
    _, (found,) = run_rule(known_classes.RULE, train=(INPUTS, tags), task="multi-label")
    assert found.evidence[0].measured == "1"


def test_numbers_have_no_classes(run_rule: Judge) -> None:
    assert run_rule(known_classes.RULE, train=(INPUTS, INPUTS[:, 0]))[0] is Outcome.NOT_RUN


def spelled(labels: list[str], test: list[str] | None = None) -> DataSet:
    sizes = np.arange(float(len(labels)))
    table = RawTable("t", "t", len(labels), {"size": sizes, "sort": np.array(labels, object)}, target="sort")
    other = replace(table, columns={**table.columns, "sort": np.array(test, object)}) if test else None
    return build(table, other, DataSettings())


def test_a_class_spelled_in_two_ways_is_said(run_rule: Judge) -> None:
    pieces = {"train": (INPUTS, TARGETS), "test": TEST}
    _, (two,) = run_rule(known_classes.RULE, **pieces, dataset=spelled(["no", "yes", "Yes."] * 40))
    assert (two.severity, two.key) == (Severity.WARNING, "data.labels-respelled")
    assert two.evidence[0].measured == "'yes' and 'Yes.'"
    _, (read,) = run_rule(known_classes.RULE, **pieces, dataset=spelled(["no", "yes"] * 60, ["no.", "yes."] * 60))
    assert read.severity is Severity.INFO
    assert "'no.' as 'no' (60 rows)" in read.evidence[0].measured


@pytest.mark.parametrize("labels", [["no", "yes"], ["a", "A"]])
def test_classes_spelled_in_one_way_pass(run_rule: Judge, labels: list[str]) -> None:
    given = {"train": (INPUTS, TARGETS), "test": TEST, "dataset": spelled(labels * 60)}
    assert run_rule(known_classes.RULE, **given)[0] is Outcome.PASSED
