"""What the page asks of the engine: questions about test examples, and looks into a network,
and two runs side by side."""

from dataclasses import dataclass

from piste.core.compare import ComparisonRecord
from piste.core.graphs import ChainRecord, GraphRecord
from piste.core.human import ANSWERS
from piste.core.runs import RunFolder
from piste.lens.lens import Lens
from piste.recipe.label import asking_of, concluded, opened
from piste.recipe.lens_run import look_at_run
from piste.recipe.questions import shown_of
from piste.recipe.run import Run
from piste.recipe.view_compare import compare
from piste.train.compiler import configure_jax
from piste.web.labelling import Questions

LABELLER, EXAMPLES = "me", 100  # as `piste label` has them


@dataclass(frozen=True)
class Looked:
    """A look at the loss of a run's network on one example."""

    lens: Lens

    @property
    def graph(self) -> GraphRecord:
        """All nodes and edges, with their values and gradients."""
        return self.lens.graph

    def chain(self, weight: str) -> ChainRecord:
        """Return the chain rule for one weight."""
        return self.lens.chain(weight).record


def look(folder: RunFolder, split: str, example: int) -> Looked:
    """Look at the network of the run in `folder` on the example at this place of `split`."""
    configure_jax()
    return Looked(look_at_run(Run(folder), example, split, False, None, "all", True))


def compared(first: RunFolder, second: RunFolder) -> ComparisonRecord:
    """Compare two finished runs by their records and their answers to the test examples; nothing is trained again.

    Raises `DataError` for a run that is not finished, `RunError` for damaged records or missing data.
    """
    return compare(first.path, second.path, again=False)


def questions(folder: RunFolder) -> Questions:
    """Return the questions about the test examples of a run; at the end its report says what came out.

    Raises `RunError` for a run that is not finished, `DataError` where its data are gone.
    """
    run = opened(folder.path)
    shown = shown_of(run)
    asking = asking_of(run, shown, name=LABELLER, examples=EXAMPLES, again=False)

    def finish() -> None:
        if run.file(ANSWERS).is_file():
            concluded(run, shown.describe)

    return Questions(asking, finish)
