"""What the linter says: findings, the outcome of every rule, and the record of a whole judgement. No JAX.

Kept in the run folder as `lint.json`. A finding is a sentence about what is wrong, the numbers that show it beside
those that were expected, the likely cause, what to do, and where to look. Findings with one cause stand under it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from piste.core.fixes import Fix

LINT = "lint.json"


class Stage(StrEnum):
    """When a rule is asked: before a training, while it goes on, or once it is over."""

    BEFORE = "before"
    WHILE = "while"
    AFTER = "after"


def stage(code: str) -> Stage:
    """Return when the rule `code` is asked, which its first digit says: 1, 2 or 3."""
    return list(Stage)[int(code[1]) - 1]


class Severity(StrEnum):
    """How much a finding matters: an error spoils the result, a warning may, an info is worth knowing."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for an info, 1 for a warning, 2 for an error."""
        return list(Severity).index(self)


@dataclass(frozen=True)
class Evidence:
    """One measured thing beside what was expected of it, as a person reads them: "loss of zero logits", "4.1"."""

    what: str
    measured: str
    expected: str = ""  # "" where nothing exact was expected


@dataclass(frozen=True)
class Where:
    """The place of a finding, as far as it is known. `rows` count from 0 within the source of the split."""

    split: str = ""
    column: str = ""
    layer: str = ""  # path of a parameter leaf, "dense_1/kernel"
    rows: tuple[int, ...] = ()  # examples that show it, at most a dozen

    def __str__(self) -> str:
        shown = ", ".join(str(row) for row in self.rows)
        named = (("split", self.split), ("column", self.column), ("layer", self.layer), ("rows", shown))
        return "; ".join(f"{name} {value}" for name, value in named if value)


@dataclass(frozen=True)
class Shown:
    """An example that shows a finding: what it is, its values as a person reads them, or its picture (PNG, base64)."""

    row: int
    note: str = ""
    values: dict[str, str] = field(default_factory=dict)
    picture: str = ""


@dataclass(frozen=True)
class ShownChart:
    """A chart that shows a finding: a Vega-Lite (version 6) spec with its data inside, and a sentence about it."""

    title: str
    description: str
    spec: dict[str, Any]


@dataclass(frozen=True)
class Finding:
    """One thing that a rule found.

    `cause` is the likeliest one in plain words, `others` are further candidates, likeliest first. `key` names the
    cause for grouping and for programs ("loss.double-softmax"): findings of one key are one fault. `under` is the
    code of the finding that explains this one, "" where it stands by itself. `p_value` is set by statistical rules
    alone: the probability of so much or more on a clean pipeline, already corrected for the rule's own tests.
    """

    code: str
    severity: Severity
    title: str
    evidence: tuple[Evidence, ...]
    cause: str
    fix: str  # a command or a line of code
    page: str  # "rules/L101"
    where: Where = Where()
    key: str = ""
    others: tuple[str, ...] = ()
    under: str = ""
    p_value: float | None = None
    shown: tuple[Shown, ...] = ()  # a dozen at most, neighbours side by side
    charts: tuple[ShownChart, ...] = ()
    remedy: str = ""  # name of the remedy in `piste.lint.remedies` that does what `fix` says; "" where none is safe
    settings: dict[str, Any] = field(default_factory=dict)  # of `piste train`, that the remedy sets: {"clip": 1.0}


class Outcome(StrEnum):
    """What became of a rule. `FAILED`: the rule itself broke, which is reported while the others go on."""

    PASSED = "passed"
    FOUND = "found"
    NOT_RUN = "not run"
    FAILED = "failed"


@dataclass(frozen=True)
class RuleRecord:
    """One rule's outcome. `reason` says why it was not run and what to declare or give, or how it failed."""

    code: str
    name: str
    title: str
    group: str
    outcome: Outcome
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, repr=False)
class LintRecord:
    """One judgement of a pipeline: the outcome of every rule, those switched off by hand in `ignored`.

    `print(record)` shows the findings as `piste lint` does.
    """

    subject: str  # what was judged
    rules: tuple[RuleRecord, ...]
    seconds: float
    ignored: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()  # made before this judgement, and those that could not be

    def __str__(self) -> str:
        from piste.core.told import findings_text

        return findings_text(self).rstrip()

    def __repr__(self) -> str:
        from piste.core.told import counted

        return f"<LintRecord of {self.subject}: {counted(self)}>"

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, the worst first, each followed by those that it explains."""
        every = [finding for rule in self.rules for finding in rule.findings]
        heads = sorted((one for one in every if not one.under), key=lambda one: -one.severity.rank)
        return tuple(chained for head in heads for chained in (head, *self.explained(head)))

    @property
    def causes(self) -> tuple[Finding, ...]:
        """The findings that stand by themselves, the worst first."""
        return tuple(one for one in self.findings if not one.under)

    def explained(self, head: Finding) -> Iterator[Finding]:
        """Yield the findings that have the cause of `head`; the first with its code has them all."""
        every = [finding for rule in self.rules for finding in rule.findings]
        first = next((one for one in every if one.code == head.code and not one.under), None)
        yield from (one for one in every if one.under == head.code and first == head)

    def count(self, severity: Severity) -> int:
        """Return how many causes have this severity."""
        return sum(one.severity is severity for one in self.causes)

    def outcome(self, code: str) -> Outcome | None:
        """Return what became of the rule `code`; None where it is not among those judged."""
        return next((rule.outcome for rule in self.rules if rule.code == code), None)

    @property
    def clean(self) -> bool:
        """Whether neither a warning nor an error is left."""
        return not any(one.severity.rank for one in self.causes)
