"""In which precision and on how many devices is computed, where it is left out."""

from piste.recipe.facts import Decided, Facts
from piste.train.sharding import usual_devices


def precision(facts: Facts, decided: Decided) -> tuple[str, str]:
    """Return the precision."""
    return "float32", "seven digits, far finer than the noise of a batch, and fast everywhere"


def devices(facts: Facts, decided: Decided) -> tuple[int, str]:
    """Return among how many devices a batch is divided."""
    count = usual_devices()
    if count > 1:
        return count, "all accelerators of this machine"
    return 1, "a single device does the work, with all its cores"
