"""One error budget for all statistical rules together, so that the whole suite rarely alarms on a clean pipeline.

With k rules of their own 1 % each, 1 - 0.99^k of clean pipelines would raise an alarm: 26 % for 30. Holm's step-down
procedure (1979) keeps the chance of *any* false alarm at `ALARMS` for whatever dependence between the rules. Exact
rules take nothing of the budget.
"""

from collections.abc import Mapping

ALARMS = 0.01
"""The share of clean pipelines on which any statistical rule may alarm."""


def thresholds(smallest: Mapping[str, float], alarms: float = ALARMS) -> dict[str, float]:
    """Return for each rule the largest p-value that counts, 0 where none does.

    `smallest` maps every statistical rule that ran to its smallest p-value, 1 where it saw nothing: rules that saw
    nothing were asked too, and so take their share.
    """
    allowed = dict.fromkeys(smallest, 0.0)
    for place, code in enumerate(sorted(smallest, key=lambda one: (smallest[one], one))):
        level = alarms / (len(smallest) - place)
        if smallest[code] > level:
            break
        allowed[code] = level
    return allowed
