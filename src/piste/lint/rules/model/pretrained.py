"""What was learnt before is really in the network."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.arrays import leaves
from piste.lint.bench import Bench
from piste.lint.network import network
from piste.lint.rule import Group, NotRun, Rule
from piste.lint.tree import Leaves, listed

_NARROW = 1e-2  # by which numbers may differ that went through 16 bits, as a share of their size


def check(bench: Bench) -> Iterator[Finding]:
    """Yield arrays of the checkpoint that no parameter equals."""
    given = {path: leaf for path, leaf in leaves(bench.pipeline.pretrained).items() if leaf.size > 1}
    own = leaves(bench.probe(network).parameters)
    if not given:
        raise NotRun("The pretrained tree holds no arrays.")
    # Heads are made anew for other classes: an array that fits no parameter's shape was never meant.
    shapes = {leaf.shape for leaf in own.values()}
    meant = {path: leaf for path, leaf in given.items() if leaf.shape in shapes}
    lost = [path for path, leaf in meant.items() if not _found(path, leaf, own)]
    if not lost and meant:
        return
    nothing = len(lost) == len(meant)
    yield RULE.finding(
        Severity.ERROR if nothing else Severity.WARNING,
        "No pretrained array is in the network" if nothing else f"{listed(lost)} of the checkpoint are not loaded",
        evidence=[
            Evidence("arrays of the checkpoint that fit a parameter", f"{len(meant)} of {len(given)}"),
            Evidence("of these, equal to one", f"{len(meant) - len(lost)}", f"{len(meant)}"),
        ],
        cause="Names or the nesting differ, so that nothing was matched; or the network was initialised afterwards.",
        fix="Load with strict matching, list what is left over, and compare one kernel by hand",
        key="model.not-loaded",
        where=Where(layer=lost[0] if lost else ""),
    )


def _found(path: str, leaf: np.ndarray, own: Leaves) -> bool:
    named = own.get(path)
    if named is not None and named.shape == leaf.shape and _equal(named, leaf):
        return True
    return any(one.shape == leaf.shape and _equal(one, leaf) for one in own.values())


def _equal(one: np.ndarray, other: np.ndarray) -> bool:
    size = float(np.max(np.abs(other.astype(np.float64)), initial=0.0))
    return bool(np.max(np.abs(one.astype(np.float64) - other.astype(np.float64)), initial=0.0) <= _NARROW * size)


RULE = Rule("M117", "pretrained", "Pretrained weights are loaded", Group.MODEL, ("network", "pretrained"), check)
