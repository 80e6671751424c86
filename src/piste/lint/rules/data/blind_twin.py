"""The network learns from true targets, and nothing of them from those of other examples."""

from collections.abc import Iterator

from scipy.special import ndtr

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.bench import Bench
from piste.lint.causes import CAUSES
from piste.lint.probes.agreement import agreement
from piste.lint.probes.blind import Blind, blind
from piste.lint.probes.comparing import Gap
from piste.lint.rule import Group, NotRun, Rule

_LONGER = 320  # steps, where 64 taught nothing
_MATTERS = 0.05  # of the loss, by which true targets ought to be cheaper
_LEAKS = 0.3  # of what the true targets teach
_SURE = 5.0


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a network that learns nothing though the inputs tell, and one that knows targets it was never given."""
    found = bench.probe(blind)
    if not found.real.clear and _tells(bench):
        longer = bench.probe(blind, _LONGER)
        chance = _too_little(longer)
        if not longer.real.clear and chance < 1e-3:
            yield _learns_nothing(bench, longer, chance)
        return
    if found.fresh.clear and found.fresh.mean > _LEAKS * found.real.mean:
        raise NotRun("The outputs go with the targets before the first step, so that a twin says nothing.")
    if found.twin.errors > _SURE and found.twin.mean - found.fresh.mean > _LEAKS * found.real.mean:
        yield _knows(found)


def _tells(bench: Bench) -> bool:
    try:
        return bench.probe(agreement, "train", 0).tells
    except NotRun:  # texts have no neighbours
        return False


def _too_little(found: Blind) -> float:
    """Return the probability of so small a difference where it is in truth one that matters."""
    gap = found.real
    error = gap.mean / gap.errors if gap.errors else 1e-12
    return float(ndtr((gap.mean - _MATTERS * abs(found.loss)) / max(abs(error), 1e-12)))


def _learns_nothing(bench: Bench, found: Blind, chance: float) -> Finding:
    return RULE.finding(
        Severity.WARNING,
        "The network learns nothing from the inputs, though similar examples have similar targets",
        evidence=[
            _cheaper(f"after {found.steps} steps", found, found.real, "above 3 standard errors"),
            Evidence(
                "correlation of the targets of similar examples", f"{bench.probe(agreement, 'train', 0).value:.2f}"
            ),
        ],
        cause="The outputs hardly depend on the inputs, or what is learnt does not hold for other examples.",
        fix="Look at the tensors that enter the network; piste explain M108 and M110",
        key="model.learns-nothing",
        where=Where(split=found.split),
        others=("a long plateau, after which the loss falls",),
        p_value=chance,
    )


def _knows(found: Blind) -> Finding:
    return RULE.finding(
        Severity.ERROR,
        "A network that never saw a true target knows them",
        evidence=[
            _cheaper("of a training with the targets of other examples", found, found.twin, "0"),
            _cheaper("of the training with the true ones", found, found.real, ""),
        ],
        cause="The step does not use the targets that it is given, but others that it can reach, or the examples "
        "that are judged.",
        fix="Hand everything that the step needs in as its arguments",
        key="loop.targets-unused",
        where=Where(split=found.split),
        p_value=found.twin.chance,
    )


def _cheaper(which: str, found: Blind, gap: Gap, expected: str) -> Evidence:
    what = f"by how much true targets of {found.split} cost less than others, {which}"
    return Evidence(what, f"{gap.mean:.3g} ({gap.errors:.1f} standard errors)", expected)


RULE = Rule(
    "D118", "blind-twin", "The network learns from true targets alone", Group.DATA,
    ("update", "network", "loss", "targets", "validation|test"), check, statistical=True,
    explained_by=("D101", *CAUSES, "M110"),
    trains=True,
)  # fmt: skip
