"""Views of a trained network: data and a figure, in the terminal, a page, or a notebook."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from piste.core.errors import SettingError
from piste.core.panels import Panel
from piste.core.settings import from_mapping, nearest
from piste.core.views import ViewRecord
from piste.recipe.displayed import Displayed
from piste.recipe.predict import opened
from piste.recipe.progress import Listener, listener
from piste.recipe.run import Run
from piste.recipe.view_list import VIEWS, ViewKind
from piste.recipe.view_options import ViewOptions
from piste.recipe.view_subject import Subject
from piste.report.view import panels_of_view, write_view
from piste.train.compiler import configure_jax


@dataclass(frozen=True)
class View(Displayed):
    """What was seen. `record.data` holds the numbers; `panels`, `html` and `text` show them, as a notebook does."""

    record: ViewRecord

    @property
    def data(self) -> Any:
        """The numbers, as the record of this view's own kind."""
        return self.record.data

    @property
    def panels(self) -> tuple[Panel, ...]:
        """The figure: panels with charts as Vega-Lite specs, pictures and tables."""
        return panels_of_view(self.record)

    @property
    def heading(self) -> str:
        """The run, and what was looked at."""
        return f"{self.record.run}: {self.record.title}"

    def __repr__(self) -> str:
        return f"View({self.record.name!r} of {self.record.run!r})"


def view(
    run: Run | Path | str, name: str, *, data: Any = None, keep: bool = False, quiet: bool = True, **options: Any
) -> View:
    """Look at the network of `run` in the way called `name`.

    Parameters
    ----------
    run
        A finished run, or its folder.
    name
        The view, one of those in docs/views.md.
    data
        The data of the training, where they came from Python.
    keep
        Whether the record and its page are written into the run's folder, as `view-<name>.json` and `.html`.
    quiet
        Whether nothing is said while it works.
    options
        Any field of `ViewOptions` that the view reads.

    Returns
    -------
    The numbers and the figure.

    Raises
    ------
    SettingError
        For a view that there is not, an option that it does not read, or one that does not fit the network.
    RunError
        Where the data came from Python and are not given, or have changed.
    """
    chosen = from_mapping(ViewOptions, options, "piste.view")
    return view_with(opened(run), name, chosen, data, keep, listener(quiet))


def view_with(run: Run, name: str, options: ViewOptions, data: Any, keep: bool, hear: Listener) -> View:
    """Do what `view` does with options that are built already."""
    kind = _kind(name)
    given = {key: value for key, value in dataclasses.asdict(options).items() if value is not None}
    for key in given:
        if key not in kind.options:
            raise SettingError(f"The view '{name}' has no option '{key}'. {nearest(key, kind.options)}")
    configure_jax()
    seen, notes = kind.make(Subject(run, data, hear), options)
    record = ViewRecord(kind.name, kind.title, run.path.name, seen, given, notes)
    if keep:
        write_view(run.folder, record)
    return View(record)


def _kind(name: str) -> ViewKind:
    for kind in VIEWS:
        if kind.name == name:
            return kind
    raise SettingError(f"There is no view '{name}'. {nearest(name, [kind.name for kind in VIEWS])}")
