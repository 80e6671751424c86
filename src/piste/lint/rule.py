"""What a rule is, and how to add one.

A rule is one file, `rules/<group>/<name>.py`:

    def check(bench: Bench) -> Iterator[Finding]:
        counts = bench.probe(label_counts)              # a probe of `lint/probes`, run once for all rules
        if counts.missing:
            yield RULE.finding(Severity.ERROR, "2 classes of the test split never occur in training",
                               evidence=[Evidence("classes seen in training", "8", "10")],
                               cause="...", fix="...", key="data.class-missing", where=Where(split="train"))

    RULE = Rule("D101", "class-missing", "Every class occurs in every split", Group.DATA, ("targets",), check)

with one line in `piste.catalog.RULES`, a page `docs/rules/D101.md`, its sentences in Chinese in
`web/texts/findings.zh.json`, and a test with a pipeline that has the fault
and one that has not. Where the rule does not fit (a loss of classes in a regression) `check` raises `NotRun` with
the reason. Nothing a rule raises stops the others.

Exact rules have an answer that is known beforehand. A rule that can be wrong by chance is `statistical`: it yields
findings with a `p_value`, already corrected for the tests that it makes itself, for whatever effect is large enough
to matter; the judge shares one error budget among all such rules and drops what may be chance (`budget.py`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from piste.core.findings import Evidence, Finding, Severity, Shown, ShownChart, Where
from piste.lint.bench import Bench
from piste.lint.needs import ASK, has
from piste.lint.pipeline import Pipeline

NOWHERE = Where()


class Group(StrEnum):
    """What a rule is about."""

    DATA = "data"
    MODEL = "model"
    LOSS = "loss"
    OPTIMISER = "optimiser"
    LOOP = "loop"
    EVALUATION = "evaluation"
    REPRODUCIBILITY = "reproducibility"


class NotRun(Exception):  # noqa: N818 (it is no error, but an outcome)
    """Raised by a check that does not fit the pipeline; its text is the reason that is shown."""


@dataclass(frozen=True)
class Rule:
    """One named check.

    Attributes
    ----------
    code
        Letter of the group and three digits: D101, M101, L101, O101, T101 (loop), E101, R101. The first digit is 1
        for what is asked before a training, 2 while it goes on, 3 after it.
    name
        In a few words with hyphens; also the name of its file, with underscores.
    title
        What holds where the rule passes, as a sentence without a full stop.
    needs
        Pieces of `Pipeline`, or compounds of `needs.ASK`; "a|b" is satisfied by either.
    check
        Yields what is found. Pure: it changes nothing in the pipeline, and draws with named keys.
    statistical
        Whether it may be wrong by chance.
    explained_by
        Codes of rules whose finding explains this rule's, which then stands under it.
    trains
        Whether it takes training steps: such rules run last, when time is left.
    """

    code: str
    name: str
    title: str
    group: Group
    needs: tuple[str, ...]
    check: Callable[[Bench], Iterable[Finding]]
    statistical: bool = False
    explained_by: tuple[str, ...] = ()
    trains: bool = False

    @property
    def page(self) -> str:
        """Where the rule is explained, below the documentation's root."""
        return f"rules/{self.code}"

    def missing(self, pipeline: Pipeline) -> tuple[str, ...]:
        """Return how to give each thing that `pipeline` lacks for this rule; empty where it can run."""
        lacking = [need for need in self.needs if not any(has(pipeline, one) for one in need.split("|"))]
        return tuple(dict.fromkeys(_asking(need.split("|")) for need in lacking))

    def finding(
        self,
        severity: Severity,
        title: str,
        *,
        evidence: Sequence[Evidence],
        cause: str,
        fix: str,
        key: str = "",
        where: Where = NOWHERE,
        others: Sequence[str] = (),
        p_value: float | None = None,
        shown: Sequence[Shown] = (),
        charts: Sequence[ShownChart] = (),
        remedy: str = "",
        settings: Mapping[str, Any] | None = None,
    ) -> Finding:
        """Return a finding of this rule. `key` names the cause; findings of one key are shown as one.

        `remedy` is the name of one in `piste.lint.remedies`, where one is safe, and `settings` those of `piste train`
        that it sets, such as {"clip": 1.0}; a rate as {"learning_rate": 0.01}, and {"factor": 0.1} times the present.
        """
        key = key or f"{self.group}.{self.name}"
        return Finding(
            self.code, severity, title, tuple(evidence), cause, fix, self.page, where, key, tuple(others), "", p_value,
            tuple(shown), tuple(charts), remedy, dict(settings or {}),
        )  # fmt: skip


def _asking(needs: Sequence[str]) -> str:
    """Return the words that ask for any one of `needs`, each said once."""
    words = [ASK.get(one, f"give {one}=") for one in needs]
    return " or ".join(one for one in words if not any(one != other and one in other for other in words))


def available(rules: Iterable[Rule], pipeline: Pipeline) -> tuple[tuple[Rule, ...], dict[str, tuple[str, ...]]]:
    """Return the rules that can run on `pipeline`, and for each other one, by code, what to give or declare."""
    lacking = {rule.code: missing for rule in rules if (missing := rule.missing(pipeline))}
    return tuple(rule for rule in rules if rule.code not in lacking), lacking
