"""Right answers cost less than undecided ones, and those less than wrong ones."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.core.records import Task
from piste.lint.bench import Bench
from piste.lint.probes.laws import batch, order
from piste.lint.probes.losses import close, known_answers
from piste.lint.problem import problem
from piste.lint.rule import Group, NotRun, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a loss that leads away from the truth, or does not know it."""
    found = bench.probe(order)
    if found.right < found.neutral < found.wrong:
        return
    whole = bench.probe(batch)
    if close(whole.exchanged, whole.first) and not close(whole.together, (whole.first + whole.second) / 2):
        raise NotRun("Every output is compared with every target, so that none has a right answer: see L103.")
    numbers = bench.probe(problem).task is Task.REGRESSION
    names = ("perfect outputs", "outputs off by 0.5", "outputs off by 5")
    if not numbers:
        names = ("logits in favour of the truth", "logits all zero", "logits in favour of others")
    falls = found.right > found.neutral > found.wrong
    yield RULE.finding(
        Severity.ERROR,
        "The loss is lowest for wrong answers" if falls else "The loss does not rise from right to wrong answers",
        evidence=[
            Evidence(names[0], f"{found.right:.4g}", "the lowest"),
            Evidence(names[1], f"{found.neutral:.4g}", "between"),
            Evidence(names[2], f"{found.wrong:.4g}", "the highest"),
        ],
        cause="The sign is wrong: training leads away from the truth."
        if falls
        else "The outputs or the targets enter the loss in another form or order than it takes.",
        fix="Minimise the error, not its negative" if falls else "Call the loss by hand with outputs that are right",
        key="loss.sign" if falls else "loss.order",
        remedy="reverse-loss" if falls and _only_the_sign(bench, numbers) else "usual-loss",
    )


def _only_the_sign(bench: Bench, numbers: bool) -> bool:
    """Return whether nothing says that the loss is wrong in more than its sign."""
    if numbers:
        return True
    found = bench.probe(known_answers)
    return not found.answers or found.suspect is not None


RULE = Rule(
    "L102",
    "order",
    "Right answers cost least",
    Group.LOSS,
    ("loss", "task"),
    check,
    explained_by=("L101", "L104", "L107"),
)
