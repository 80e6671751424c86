"""Other runs on the same data, as the rules about repeated judging take them."""

from dataclasses import dataclass

from piste.core.records import Score


@dataclass(frozen=True)
class Earlier:
    """A finished run on the same data.

    `test` names its test rows and `settings` what was trained, seed left out: two runs of equal texts judged the same
    rows, or trained the same. `score` is the one that decided.
    """

    name: str
    test: str
    settings: str
    seed: int
    score: Score
