"""Whether the network still fits, in plain sentences."""

from collections.abc import Sequence

from piste.core.drift import ComparedScore, Fit, SchemaChange
from piste.evaluate.drift.traits import Settled
from piste.evaluate.judge import WORSE

_NAMED = 4


def verdict(found: Settled, scores: Sequence[ComparedScore], main: str) -> tuple[Fit, str]:
    """Return whether the network still fits, and why, from what drifted and from the score called `main`."""
    decides = next((one for one in scores if one.before.name == main), scores[0] if scores else None)
    reasons = _reasons(found)
    about = _about_score(decides)
    if decides is not None and decides.verdict == WORSE:
        why = f" What changed: {reasons}." if reasons else " No column looks different: what they mean has changed."
        return Fit.WORSE, f"Worse: re-train. {about}{why}"
    if not reasons:
        return Fit.FITS, f"The network still fits: the new data look like those of the training. {about}"
    if decides is None:
        return Fit.UNKNOWN, f"The data drifted: {reasons}. {about}"
    return Fit.HARMLESS, f"The data drifted, without loss so far: {reasons}. {about}"


def _about_score(score: ComparedScore | None) -> str:
    if score is None:
        return "How well the network does on them is not known: add the true answers of some rows."
    before, now = score.before, score.now
    change = {"worse": "is worse than", "better": "is better than"}.get(score.verdict, "does not clearly differ from")
    return (
        f"Its {now.name}, {now.value:.4g} ({now.low:.4g} to {now.high:.4g}), {change} that on the test split, "
        f"{before.value:.4g} ({before.low:.4g} to {before.high:.4g})."
    )


def _reasons(found: Settled) -> str:
    """Return what drifted, the form of the data first; a column is named once."""
    said: list[str] = [_about_change(one) for one in found.schema if one.alarm]
    named = {one.column for one in found.schema if one.alarm}
    farthest = sorted((one for one in found.traits if one.drifted and one.counts), key=lambda one: -one.moved)
    traits = [f"'{one.name}' ({one.note})" for one in farthest if one.column not in named]
    said += traits[:_NAMED]
    if len(traits) > _NAMED:
        said.append(f"{len(traits) - _NAMED:,} more columns")
    said += [f"{one.name} ({one.note})" if one.note else one.name for one in found.tests if one.drifted]
    return "; ".join(said)


def _about_change(change: SchemaChange) -> str:
    return f"'{change.column}': {change.change}"
