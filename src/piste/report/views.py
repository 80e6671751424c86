"""The report's parts, in reading order: the answer first, then how it came about, then what it was made of."""

from piste.core.panels import Block, Panel, Text
from piste.core.runs import RunFolder
from piste.report.panels.augmented import augmented
from piste.report.panels.baselines import baselines
from piste.report.panels.branches import branches
from piste.report.panels.calibration import calibration
from piste.report.panels.confusion import confusion
from piste.report.panels.features import features
from piste.report.panels.human import human
from piste.report.panels.labels import labels
from piste.report.panels.learning import learning
from piste.report.panels.linted import linted
from piste.report.panels.notes import notes
from piste.report.panels.repeat import repeat
from piste.report.panels.residuals import residuals
from piste.report.panels.result import result
from piste.report.panels.scores import scores
from piste.report.panels.settings import settings
from piste.report.panels.target import target
from piste.report.panels.training import training
from piste.report.panels.views_gradients import gradients
from piste.report.panels.wrong import wrong
from piste.report.records import Records, View, read
from piste.report.view import kept_views

VIEWS: tuple[View, ...] = (
    View("result", "Result", ("run",), result, wants=("damaged", "data", "evaluation", "epochs", "lint")),
    View("baselines", "Against simple models", ("evaluation",), baselines),
    View("human", "Against people", ("human",), human),
    View("scores", "All scores", ("evaluation",), scores),
    View("learning", "Learning curves", ("epochs", "run"), learning),
    View("branches", "Branches", ("branches",), branches),
    View("training", "Training", ("run",), training),
    View("gradients", "Gradients and updates", ("watched",), gradients),
    View("augmented", "Augmented pictures", ("run",), augmented),
    View("confusion", "Which classes are confused", ("evaluation", "data"), confusion),
    View("labels", "Each label by itself", ("evaluation",), labels),
    View("residuals", "Errors", ("evaluation", "data"), residuals),
    View("calibration", "Calibration", ("evaluation",), calibration),
    View("wrong", "Worst examples", ("evaluation",), wrong),
    View("lint", "What the linter found", ("lint",), linted),
    View("data", "Data and splits", ("data",), target),
    View("notes", "Guessed or repaired", ("data",), notes),
    View("features", "Features", ("data",), features),
    View("settings", "Settings", ("run",), settings),
    View("repeat", "Repeat this run", ("run",), repeat, wants=("data",)),
)


def panels_of(folder: RunFolder) -> tuple[Panel, ...]:
    """Return the panels of the run in `folder`: those whose records are there and have something to show.

    Views that were kept of it stand at the end.

    Raises `RunError` where `run.json` is absent or damaged; any other damaged file becomes a warning.
    """
    return (*drawn(read(folder), VIEWS), *kept_views(folder))


def drawn(records: Records, views: tuple[View, ...]) -> tuple[Panel, ...]:
    """Return the panels of those `views` whose records are there, leaving out the empty ones."""
    made = [(view, _blocks(view, records)) for view in views if all(records.of(need) for need in view.needs)]
    return tuple(Panel(view.name, view.title, blocks) for view, blocks in made if blocks)


def _blocks(view: View, records: Records) -> tuple[Block, ...]:
    # A finished training must not be lost to a fault in one drawing, so the fault is shown in its place.
    try:
        return view.make(*(records.of(name) for name in (*view.needs, *view.wants)))
    except Exception as error:
        return (Text(f"This part could not be drawn ({type(error).__name__}: {error}). The rest stands.", "warning"),)
