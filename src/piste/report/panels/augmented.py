"""Training pictures as the network saw them: whoever augments should look whether the labels still hold."""

from piste.core.panels import Block, Picture, Pictures, Text
from piste.core.records import AugmentedExample, RunRecord
from piste.report.numbers import brief


def augmented(run: RunRecord) -> tuple[Block, ...]:
    """Return a row of pictures for each example, for a run that augmented some."""
    examples = run.training.augmented if run.training else ()
    if not examples:
        return ()
    advice = Text(
        "Each row is one training picture as it is, then as several steps saw it. If you could not tell the label any "
        "more, the augmentation is too strong. Validation and test pictures are never changed."
    )
    return (advice, *map(_row, examples))


def _row(one: AugmentedExample) -> Pictures:
    label = brief(one.label)
    original, *changed = one.pictures
    return Pictures(
        (
            Picture(original, f"Training picture of {label}", (label, "as it is")),
            *(Picture(picture, f"Training picture of {label}, augmented", (label, "augmented")) for picture in changed),
        )
    )
