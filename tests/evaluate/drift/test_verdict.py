"""The verdict, in every case."""

from dataclasses import replace

from piste.core.drift import Change, ComparedScore, DriftTest, Fit, SchemaChange, TraitDrift
from piste.core.records import Kind, Score
from piste.evaluate.drift.traits import Settled
from piste.evaluate.drift.verdict import verdict

SCORE = Score("accuracy", 0.9, 0.88, 0.92, higher_is_better=True)
LEVEL = ComparedScore(SCORE, SCORE, 0.0, -0.01, 0.01, "level")
WORSE = ComparedScore(SCORE, replace(SCORE, value=0.7, low=0.68, high=0.72), -0.2, -0.22, -0.18, "worse")
SIZE = TraitDrift("size", "size", Kind.NUMBER, 0.4, 0.5, 1e-9, drifted=True, note="median 5, now 7")
GONE = SchemaChange(Change.GONE, "colour", "There is no column 'colour'.", alarm=True)
NEW = SchemaChange(Change.NEW, "extra", "The column 'extra' is new.", alarm=False)
ALIKE = Settled((NEW,), (replace(SIZE, drifted=False), replace(SIZE, name="day", counts=False)), ())
TARGET = DriftTest("the target (label shift)", "", "", 0.3, 0.05, 1e-9, drifted=True, note="'a' 10.0%, now 40.0%")
DRIFTED = Settled((GONE, NEW), (SIZE,), (TARGET,))


def test_what_looks_alike_and_does_as_well_fits() -> None:
    fit, said = verdict(ALIKE, [LEVEL], "accuracy")
    assert fit is Fit.FITS
    assert "still fits" in said
    assert "does not clearly differ" in said


def test_drift_names_what_changed_and_whether_it_hurt() -> None:
    fit, said = verdict(DRIFTED, [LEVEL], "accuracy")
    assert fit is Fit.HARMLESS
    for words in ("without loss", "'colour': column is gone", "'size' (median 5, now 7)", "label shift", "now 40.0%"):
        assert words in said
    assert "extra" not in said


def test_without_answers_a_loss_is_not_known() -> None:
    fit, said = verdict(DRIFTED, [], "accuracy")
    assert fit is Fit.UNKNOWN
    assert "add the true answers" in said
    assert verdict(ALIKE, [], "accuracy")[0] is Fit.FITS


def test_worse_is_worse_whether_or_not_the_columns_changed() -> None:
    fit, said = verdict(DRIFTED, [WORSE], "accuracy")
    assert fit is Fit.WORSE
    assert said.startswith("Worse: re-train. Its accuracy, 0.7 (0.68 to 0.72), is worse than that on the test split")
    fit, said = verdict(ALIKE, [WORSE], "accuracy")
    assert fit is Fit.WORSE
    assert "what they mean has changed" in said


def test_of_many_columns_the_farthest_are_named() -> None:
    many = tuple(replace(SIZE, name=f"c{place}", column=f"c{place}", moved=place / 10) for place in range(1, 8))
    _, said = verdict(Settled((), many, ()), [LEVEL], "accuracy")
    assert "'c7'" in said
    assert "'c3'" not in said
    assert "3 more columns" in said
