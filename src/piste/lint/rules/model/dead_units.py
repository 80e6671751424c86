"""Units answer to some example, and go on doing so."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.bench import Bench
from piste.lint.causes import LOSS, STEP
from piste.lint.rule import Group, NotRun, Rule
from piste.lint.watching.course import Course, course

LOOKS = 3  # one after the other, up to the last
MANY, NEARLY_ALL = 0.4, 0.9  # of a layer's units
GROWN = 0.1  # since the first look: a layer may have begun with units that never answer
_EXAMPLES = 50  # on fewer, a unit may be silent by chance


def check(bench: Bench) -> Iterator[Finding]:
    """Yield layers of which many units are 0 on all examples."""
    found = bench.probe(course)
    if not found.record.layers:
        raise NotRun("No activation of the ReLU family was seen: give a Watch apply= and examples=.")
    if 0 < found.record.examples < _EXAMPLES:
        raise NotRun(f"On {found.record.examples} examples a unit may be silent by chance; {_EXAMPLES} are needed.")
    silent = found.table("silent")
    for index, layer in enumerate(found.record.layers):
        seen = silent[~np.isnan(silent[:, index]), index]
        if len(seen) < LOOKS:
            continue
        share = float(np.min(seen[-LOOKS:]))
        if share > NEARLY_ALL or (share > MANY and share > seen[0] + GROWN) or share > (MANY + NEARLY_ALL) / 2:
            yield _finding(found, layer, share, float(seen[0]))


def _finding(found: Course, layer: str, share: float, first: float) -> Finding:
    begun = first > share - GROWN
    rate = "The rate is too high: a large step pushed the biases so far down that no example reaches the units."
    start = "The units begin silent: a bias far below 0, or inputs of one sign and scale only."
    return RULE.finding(
        Severity.ERROR if share > NEARLY_ALL else Severity.WARNING,
        f"{share:.0%} of the units of {layer} are silent",
        evidence=[
            Evidence(
                "units that are 0 on all examples, at the last three looks", f"{share:.1%}", f"at most {MANY:.0%}"
            ),
            Evidence("at the first look", f"{first:.1%}"),
            Evidence("examples looked at", f"{found.record.examples:,}" if found.record.examples else "those given"),
        ],
        cause=start if begun else rate,
        fix="Start biases at 0 and standardise the inputs"
        if begun
        else "A tenth of the rate: --learning-rate; or --activation leaky_relu",
        remedy="usual-start" if begun else "",
        key="model.dead-units",
        where=Where(layer=layer),
        others=[rate if begun else start],
    )


RULE = Rule(
    "M201", "dead-units", "Units answer to some examples", Group.MODEL, ("watched",), check,
    explained_by=("M203", "D106", "D114", *LOSS, *STEP), trains=True,
)  # fmt: skip
