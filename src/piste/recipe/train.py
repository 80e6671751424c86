"""The main job: from data to a trained and honestly judged network, in one call that reads from top to bottom."""

import dataclasses
import inspect
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from piste.core.fixes import Fix
from piste.core.nursing import BRANCHES, bedside
from piste.core.records import RunRecord, Status
from piste.core.runs import DATA, RUN, RunFolder
from piste.core.settings import check
from piste.core.versions import versions
from piste.data.dataset import load
from piste.data.examples import DataSet
from piste.data.stream import GIB
from piste.lint.catalog import RULES
from piste.lint.judge import chosen
from piste.lint.settings import EVERY_RULE, LintSettings, words
from piste.recipe.building import build_model
from piste.recipe.command import command_line
from piste.recipe.defaults import decide
from piste.recipe.describing import described, described_data
from piste.recipe.facts import Facts
from piste.recipe.fitting import fitted_encoding
from piste.recipe.job import carry_out
from piste.recipe.linting import keep_fixes
from piste.recipe.networks import takes_of
from piste.recipe.nursed_start import Care, care_of
from piste.recipe.progress import Listener, listener, told
from piste.recipe.resetting import fix_with, sentences
from piste.recipe.run import Run
from piste.recipe.settings import LINTING, SECTIONS, Settings, from_keywords, recorded
from piste.recipe.versions import PACKAGES, device, environment
from piste.train.compiler import configure_jax
from piste.train.progress import Watch


def train(
    data: Any,
    *,
    runs: Path | str = "runs",
    quiet: bool = False,
    watch: Watch | None = None,
    fix: bool = False,
    ignore: Iterable[str] = (),
    nurse: bool = False,
    replay: Path | str | None = None,
    **settings: Any,
) -> Run:
    """Train a network on `data`, judge it once on the test split beside simple baselines, and write a report.

    Parameters
    ----------
    data
        A file (CSV, TSV, Parquet, JSON lines, Arrow, Excel, npz), a folder of class folders of pictures, IDX files,
        arrays `(inputs, targets)`, a frame (pandas, polars, pyarrow), or a bundled name such as "digits".
    runs
        Folder in which the run's own folder is made.
    quiet
        Whether nothing is said while it works.
    watch
        A function of your own that is called with a `Progress` after each validation. Returning True ends the
        training there; the best network so far is kept and judged.
    fix
        Whether the linter's findings are cured first where that is safe, as `piste.fix` does.
    ignore
        Rules of the linter that are not asked, named as for `piste.lint`.
    nurse
        Whether the training takes commands while it goes on, as `piste.nurse` gives them.
    replay
        The `branches.json` of a run that was nursed, on the same data with the same settings: its changes are made
        again, and give the same bits.
    settings
        Any field of `DataSettings`, `ModelSettings` and `TrainingSettings`; what is left out is chosen from the
        data, and the choice with its reason is said and recorded.

    Returns
    -------
    The finished run.

    Raises
    ------
    DataError, SettingError
        Before anything is written, for data or settings that cannot be used, and names of rules that there are not.
    RunError
        When results cannot be written.
    """
    origins = dict.fromkeys(settings, "python")
    given = from_keywords(settings, "piste.train")
    lint = LintSettings(ignore=words(ignore))
    care = care_of(nurse, replay)
    return train_with(data, given, origins, Path(runs), listener(quiet), watch, lint, fix=fix, care=care)


def _signature() -> inspect.Signature:
    own = [one for one in inspect.signature(train, eval_str=True).parameters.values() if one.name != "settings"]
    fields = [field for kind in SECTIONS.values() for field in dataclasses.fields(kind)]
    more = [
        inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=field.type)
        for field in fields
    ]
    return inspect.Signature([*own, *more], return_annotation=Run)


def train_with(
    data: Any,
    settings: Settings,
    origins: Mapping[str, str],
    runs: Path,
    hear: Listener,
    watch: Watch | None = None,
    lint: LintSettings = EVERY_RULE,
    *,
    fix: bool = False,
    care: Care | None = None,
) -> Run:
    """Do what `train` does with settings that are built already; `origins` says where those given came from.

    `lint` says which rules are asked. `care` gives the branches of a run that is nursed.
    """
    for section in SECTIONS:
        check(getattr(settings, section))
    chosen(RULES, lint.select, lint.ignore)  # says that there is no such rule before anything is written
    fixes: tuple[Fix, ...] = ()
    if fix:
        cured = fix_with(data, settings, origins, lint, hear)
        settings, origins, fixes = cured.subject.settings, cured.subject.origins, cured.fixes
    with told(hear, "Reading the data"):
        dataset = load(data, settings.data, takes_of(settings.model.model))
    settings, choices = decide(_as_read(settings, dataset), origins, Facts.of(dataset))
    encoding = fitted_encoding(dataset, settings)
    for sentence in (*sentences(fixes), *described_data(dataset), *described(choices)):
        hear.say(sentence)
    configure_jax()
    build_model(settings.model, encoding)  # says what is wrong with it before anything is written
    cared = care(settings) if care else None
    record = RunRecord(
        name=dataset.name,
        status=Status.UNFINISHED,
        created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        command=command_line(data, choices),
        seed=settings.data.seed,
        versions=versions(PACKAGES),
        device=device(),
        settings=recorded(settings) | ({LINTING: recorded(lint)} if lint != EVERY_RULE else {}),
        choices=choices,
        source=str(data) if isinstance(data, str | Path) else "",
        environment=environment(),
    )
    folder = RunFolder.create(runs, dataset.name)
    folder.write(record, RUN)
    folder.write(dataset.record, DATA)
    keep_fixes(folder, dataset.name, fixes)
    if cared is None:
        return carry_out(folder, record, dataset, encoding, settings, hear, watch, lint)
    folder.write(cared, BRANCHES)
    with bedside(folder):
        return carry_out(folder, record, dataset, encoding, settings, hear, watch, lint)


def _as_read(settings: Settings, dataset: DataSet) -> Settings:
    """Return the settings with what reading decided by what was free at the time: a resumed run must read alike."""
    if dataset.stream is None:
        return settings
    memory = round(dataset.stream.memory / GIB, 6)
    return dataclasses.replace(settings, data=dataclasses.replace(settings.data, stream=True, memory=memory))


train.__signature__ = _signature()  # type: ignore[attr-defined]
