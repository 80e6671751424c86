"""Training pictures as the network saw them: whoever augments should look whether the labels still hold."""

from piste.core.panels import Block, Picture, Pictures, Text
from piste.core.records import RunRecord
from piste.report.numbers import brief


def augmented(run: RunRecord) -> tuple[Block, ...]:
    """Return the strips of augmented pictures, for a run that augmented some."""
    examples = run.training.augmented if run.training else ()
    if not examples:
        return ()
    advice = Text(
        "Each row is one training picture as it is, then as several steps saw it. If you could not tell the label any "
        "more, the augmentation is too strong; validation and test pictures are never changed."
    )
    strips = tuple(
        Picture(one.picture, f"Training picture of {brief(one.label)}, then augmented", (brief(one.label),))
        for one in examples
    )
    return (advice, Pictures(strips))
