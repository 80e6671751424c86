"""Dropout takes out as much as was meant, and not nearly all."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.probes.insides import masks
from piste.lint.rule import Group, NotRun, Rule

_MOST = 0.75  # from which on hardly anything is left
_ROOM = 0.05  # a mask of 64 examples tells shares by about 0.01


def check(bench: Bench) -> Iterator[Finding]:
    """Yield dropout of another share than declared, and such that takes out most."""
    shares = [place.numbers[0] for place in bench.probe(masks)]
    shares, declared = [share for share in shares if share > 0], bench.pipeline.declared.dropout
    if declared is not None:
        worst = max(shares, key=lambda share: abs(share - declared), default=0.0)
        if abs(worst - declared) > _ROOM:
            yield _finding(Severity.ERROR, worst, f"{declared:.0%}", abs(1 - worst - declared) <= _ROOM)
        return
    if not shares:
        raise NotRun("No dropout is seen in training mode.")
    if max(shares) > _MOST:
        yield _finding(Severity.WARNING, max(shares), "10 % to 50 %", True)


def _finding(severity: Severity, share: float, expected: str, exchanged: bool) -> Finding:
    return RULE.finding(
        severity,
        f"Dropout takes out {share:.0%} of the values",
        evidence=[Evidence("share taken out, measured in training mode", f"{share:.1%}", expected)],
        cause="What is to be kept was given for what is to be taken out."
        if exchanged
        else "Another rate reaches the layer than was meant, or none does.",
        fix=f"rate={1 - share:.2g}" if exchanged else "Hand the rate on to the layer, and train=True to its call",
        key="model.dropout-rate",
    )


RULE = Rule(
    "M120", "dropout-rate", "Dropout takes out as much as was meant", Group.MODEL,
    ("network", "train|validation|test"), check, explained_by=("M105",),
)  # fmt: skip
