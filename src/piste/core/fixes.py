"""What was done about findings: each fix with what it changed, what shows that it helped, and how to take it back."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Effect(StrEnum):
    """How a fix ended.

    `GONE`: the rule was asked again and finds nothing. `LATER`: what was watched belongs to the training before, so
    that the next one tells. `LEFT`: nothing was changed, and the fix says why.
    """

    GONE = "gone"
    LATER = "asked again in the next training"
    LEFT = "not applied"


@dataclass(frozen=True)
class Fix:
    """One thing done, or left undone, about a finding. `settings` are those of `piste train` that it sets."""

    code: str
    key: str
    title: str  # of the finding
    remedy: str
    effect: Effect
    change: str = ""  # "column 'alive' is left out"
    before: str = ""  # what the rule measured
    after: str = ""
    undo: str = ""
    reason: str = ""  # why it was not applied
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def applied(self) -> bool:
        """Whether something was changed."""
        return self.effect is not Effect.LEFT
