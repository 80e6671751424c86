"""What members of a population made of each validation example, as the texts that their trials keep."""

from collections.abc import Sequence

from piste.train.fit import Shown
from piste.train.population import Population
from piste.train.population.examples import each_example
from piste.tune.results.examples import packed
from piste.tune.results.summary import has_root


def looked(population: Population, metric: Shown, numbers: Sequence[int]) -> dict[int, str]:
    """Return the text of each member, its metric in the units in which it is shown."""
    unit = metric.show(1.0)
    factor = unit**2 if has_root(metric.name) else unit
    found = each_example(population, numbers)
    return {number: packed(losses, None if each is None else each * factor) for number, (losses, each) in found.items()}
