"""The test rows judge one choice of settings, not many of which the best is kept."""

from collections.abc import Iterator, Sequence

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.bench import Bench
from piste.lint.earlier import Earlier
from piste.lint.rule import Group, NotRun, Rule

_LISTED = 5
_ENDS = 2 * 1.96  # standard errors from one end of a 95 % interval to the other
_NORMALS = 4000


def check(bench: Bench) -> Iterator[Finding]:
    """Yield test rows that judged other settings before."""
    every = bench.pipeline.earlier
    if not every:
        raise NotRun("No run says which test rows it was judged on.")
    current = every[-1]
    same = [one for one in every if one.test == current.test and one.score.name == current.score.name]
    kinds = len({one.settings for one in same})
    if kinds > 1:
        yield _finding(bench, same, kinds)


def _finding(bench: Bench, same: Sequence[Earlier], kinds: int) -> Finding:
    current = same[-1].score
    values = [one.score.value for one in same]
    best = max(values) if current.higher_is_better else min(values)
    gain = _best_of(bench, kinds) * (current.high - current.low) / _ENDS
    return RULE.finding(
        Severity.INFO,
        f"The same test rows have judged {kinds} choices of settings, in {len(same)} runs",
        evidence=[
            Evidence("choices of settings judged by these rows", str(kinds), "1"),
            Evidence(f"{current.name} of these runs", f"{min(values):.4g} to {max(values):.4g}"),
            Evidence("what the luckiest of so many gains by chance, at most", f"{gain:.2g}", "0"),
            Evidence("runs", ", ".join(one.name for one in same[-_LISTED:])),
        ],
        cause="If these scores decided which settings to keep, the best of them flatters itself: it was chosen by the "
        "test rows.",
        fix=f"Choose by the validation score, or give the last word to rows that no run has seen: piste evaluate RUN "
        f"NEWDATA. Do not report {best:.4g} as it is",
        key="evaluation.chosen-by-test",
        where=Where(split="test"),
    )


def _best_of(bench: Bench, kinds: int) -> float:
    """Return by how many standard errors the largest of so many equal scores lies above their mean."""
    return float(bench.generator("best of").normal(size=(_NORMALS, kinds)).max(axis=1).mean())


RULE = Rule("E304", "judged-once", "The test rows judge one choice of settings", Group.EVALUATION, ("earlier",), check)
