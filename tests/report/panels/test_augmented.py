"""Augmented pictures stand beside their label, and only where there are any."""

from collections.abc import Callable

from piste.core.panels import Pictures, Text
from piste.core.runs import RunFolder
from piste.report.panels.augmented import augmented

RunOf = Callable[[str], RunFolder]


def test_every_example_is_a_row_that_begins_with_the_picture_as_it_is(run_of: RunOf) -> None:
    record = run_of("pictures").record
    assert record.training is not None
    advice, *rows = augmented(record)
    assert isinstance(advice, Text)
    for row, example in zip(rows, record.training.augmented, strict=True):
        assert isinstance(row, Pictures)
        assert [one.png for one in row.pictures] == list(example.pictures)
        assert [one.lines[1] for one in row.pictures] == ["as it is", "augmented", "augmented"]
        assert {one.lines[0] for one in row.pictures} == {example.label}


def test_a_run_without_augmentation_and_one_that_never_trained_show_nothing(run_of: RunOf) -> None:
    assert augmented(run_of("two_class").record) == ()
    assert augmented(run_of("failed").record) == ()
