"""Every parameter that is to be trained moves, and every other stays."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.bench import Bench
from piste.lint.probes.steps import STEPS, Moved, moved
from piste.lint.rule import Group, Rule
from piste.lint.tree import listed, matches


def check(bench: Bench) -> Iterator[Finding]:
    """Yield parameters that stay where they are, that turn to NaN, or that move though they are declared frozen."""
    found, declared = bench.probe(moved), bench.pipeline.declared
    if found.broken:
        yield _broken(found)
        return
    still = [path for path in found.still if not matches(path, declared.frozen) and path not in found.rounded]
    if still:
        yield _still(found, still)
    thawed = [path for path in found.every if matches(path, declared.frozen) and path not in found.still]
    if thawed:
        yield _thawed(thawed)


def _still(found: Moved, still: list[str]) -> Finding:
    every = len(still) == len(found.every)
    return RULE.finding(
        Severity.ERROR,
        f"No parameter moves in {STEPS} steps" if every else f"{listed(still)} do not move in {STEPS} steps",
        evidence=[Evidence("leaves with the same bits as at the start", f"{len(still)} of {len(found.every)}", "0")],
        cause="The new parameters are computed and not kept, or the rate is 0."
        if every
        else "They are left out of the optimiser: a mask, a label of multi_transform, set_to_zero.",
        fix="parameters = optax.apply_updates(parameters, updates), and return them"
        if every
        else "Look at the optimiser's mask; if they are to stay: Declared(frozen=(...))",
        remedy="usual-step" if every else "usual-optimiser",
        key="optimiser.not-applied" if every else "optimiser.left-out",
        where=Where(layer=still[0]),
    )


def _thawed(thawed: list[str]) -> Finding:
    return RULE.finding(
        Severity.ERROR,
        f"{listed(thawed)} move, though declared frozen",
        evidence=[Evidence("frozen leaves that moved", str(len(thawed)), "0")],
        cause="The optimiser updates them: weight decay moves what has no gradient, too.",
        fix="optax.multi_transform with optax.set_to_zero() for them",
        key="optimiser.frozen-moves",
        where=Where(layer=thawed[0]),
    )


def _broken(found: Moved) -> Finding:
    return RULE.finding(
        Severity.ERROR,
        f"{listed(found.broken)} are not finite after {STEPS} steps",
        evidence=[Evidence("leaves with NaN or infinity", f"{len(found.broken)} of {len(found.every)}", "0")],
        cause="The rate is too high, the inputs are not scaled, or a derivative of loss or network is not finite.",
        fix="A tenth of the rate; piste explain L104 and M112",
        key="optimiser.diverges",
        where=Where(layer=found.broken[0]),
        remedy="learning-rate",
        settings={"factor": 0.1},
    )


RULE = Rule(
    "O102", "moves", "What is to be trained moves, what is frozen stays", Group.OPTIMISER, ("update", "targets"), check,
    explained_by=("M102", "L104", "M112"), trains=True,
)  # fmt: skip
