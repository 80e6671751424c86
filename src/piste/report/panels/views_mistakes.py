"""Where a network is wrong on a split: its confusions or its errors, and the most wrong examples."""

from piste.core.panels import Block, Text
from piste.core.views_inside import MistakesRecord
from piste.report.numbers import count, counted, percent
from piste.report.panels.confusion import confused
from piste.report.panels.residuals import errors
from piste.report.panels.wrong import most_wrong


def mistakes(seen: MistakesRecord) -> tuple[Block, ...]:
    """Return a sentence, the matrix or the scatter, and the examples."""
    lead = f"{counted(seen.examples, 'example')} of the {seen.split} split."
    if not seen.residuals:
        lead = f"{count(seen.wrong_examples)} of the {count(seen.examples)} {seen.split} examples are wrong"
        lead += f" ({percent(seen.wrong_examples / seen.examples)})." if seen.examples else "."
    return (
        Text(lead, "lead"),
        *(confused(seen.confusion, seen.classes) if seen.confusion else ()),
        *errors(seen.residuals, seen.target),
        *most_wrong(seen.wrong, seen.split),
    )
