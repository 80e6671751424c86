"""Augmented pictures stand beside their label, and only where there are any."""

from collections.abc import Callable

from piste.core.panels import Pictures, Text
from piste.core.runs import RunFolder
from piste.report.panels.augmented import augmented

RunOf = Callable[[str], RunFolder]


def test_every_strip_has_its_label(run_of: RunOf) -> None:
    record = run_of("pictures").record
    assert record.training is not None
    advice, strips = augmented(record)
    assert isinstance(advice, Text)
    assert isinstance(strips, Pictures)
    assert [one.lines for one in strips.pictures] == [("cat",), ("dog",), ("chick",), ("none",)]
    assert [one.png for one in strips.pictures] == [one.picture for one in record.training.augmented]


def test_a_run_without_augmentation_and_one_that_never_trained_show_nothing(run_of: RunOf) -> None:
    assert augmented(run_of("two_class").record) == ()
    assert augmented(run_of("failed").record) == ()
