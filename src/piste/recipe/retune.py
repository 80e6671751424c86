"""An earlier search on new data: begun from its best settings, and whether these still hold."""

import dataclasses
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from piste.core.errors import RunError, SettingError
from piste.core.runs import RUN
from piste.core.studied import RetuneRecord
from piste.core.studies import STUDY, StudyFolder, TrialRecord
from piste.evaluate import evaluation_record
from piste.evaluate.baselines import Ran
from piste.recipe.progress import Listener, listener
from piste.recipe.reference import test_predictions
from piste.recipe.run import Run
from piste.recipe.settings import SECTIONS, from_keywords
from piste.recipe.studied import keep
from piste.recipe.train import train_with
from piste.recipe.tune import tune_with
from piste.recipe.tuned_study import Study
from piste.recipe.tuned_trials import given_of
from piste.recipe.tuning import Asked, in_use, prepared, study_of
from piste.report.numbers import difference, interval
from piste.tune.priors import Choice, Prior
from piste.tune.results.summary import space_of
from piste.tune.space import Space
from piste.tune.store.store import Store
from piste.tune.store.worker import Worker
from piste.tune.written import parsed

WARM = 8  # best settings of the earlier search that are tried first
EARLIER = "earlier search"  # what their trials say of where they were drawn
OF_THE_DATA = frozenset({"test"})  # settings that name data, which are others now


@dataclass(frozen=True)
class Earlier:
    """What an earlier search or run leaves: what varied, what did not, and the best settings, the best first."""

    source: str
    priors: Mapping[str, Prior]
    given: Mapping[str, Any]
    points: Sequence[Mapping[str, Any]]
    how: Mapping[str, Any] = field(default_factory=dict)  # settings of the search itself
    seed: int | None = None  # of its draws


def earlier(source: Path | str) -> Earlier:
    """Return what the study or the run in the folder `source` leaves; raises `RunError` where there is neither."""
    path = Path(source)
    if (path / STUDY).is_file():
        study = Study.open(path)
        priors = {one.name: parsed(one.prior, one.name) for one in study.record.dimensions if not one.conditions}
        points = [one.settings for one in study.ranked[:WARM]]
        how = {name: getattr(study.record, name) for name in ("trials", "sampler", "scheduler")}
        return Earlier(str(path), priors, _kept(given_of(study.record)), points, how, study.record.seed)
    if (path / RUN).is_file():
        record = Run.open(path).record
        used = {name: one for section in SECTIONS for name, one in record.settings.get(section, {}).items()}
        given = {one.setting: used[one.setting] for one in record.choices
                 if one.origin not in ("default", "search") and one.setting in used}  # fmt: skip
        settings = from_keywords(used, str(path))
        point = {name: in_use(name, settings) if one is None else one for name, one in used.items()}
        return Earlier(str(path), {}, _kept(given), [point])
    raise RunError(f"{path} is neither a study nor a run: it has no {STUDY} and no {RUN}.")


def _kept(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in given.items() if name not in OF_THE_DATA and one is not None}


def retune(
    source: Study | Run | Path | str, data: Any, *, runs: Path | str = "runs", quiet: bool = False, **settings: Any
) -> Study:
    """Search again on new data, beginning from the best settings of an earlier study or run; say whether they hold.

    Parameters
    ----------
    source
        The study or the run, or its folder.
    data
        The new data, as for `piste.train`.
    runs
        Folder in which the folders of the new study and its runs are made.
    quiet
        Whether nothing is said while it works.
    settings
        As for `piste.tune`; what is left out is what it was then.

    Returns
    -------
    The new study. `results` of it has `retuned`: the old settings and the new ones, both trained on the new data, and
    the paired interval between them on the same test rows.

    Raises
    ------
    RunError
        Where `source` is neither study nor run.
    DataError, SettingError
        As `piste.tune` does.
    """
    asked = Asked.from_keywords(settings, "piste.retune")
    place = source.path if isinstance(source, Study | Run) else source
    return retune_with(place, data, asked, Path(runs), listener(quiet), None if quiet else sys.stderr)


def retune_with(
    source: Path | str, data: Any, asked: Asked, runs: Path, hear: Listener, stream: TextIO | None
) -> Study:
    """Search again on new `data`, the best settings of the study or run in `source` first; return the new study.

    What varied then varies now, over the same ranges, and what did not is what it was, unless `asked` says otherwise;
    after a run, the usual space of such data is searched. Then the old best settings are trained on the new data too,
    and judged beside the new best ones on the same test rows: `results.json` of the study says whether they still hold.

    Raises `RunError` where `source` is neither study nor run, and what `tune` raises.
    """
    before = earlier(source)
    if not asked.how.final:
        raise SettingError("Whether old settings still hold is judged by runs of both: leave out --no-final.")
    priors = {**{name: one for name, one in before.priors.items() if name not in asked.given}, **asked.priors}
    given = {**{name: one for name, one in before.given.items() if name not in priors}, **asked.given}
    how = dataclasses.replace(asked.how, **{name: one for name, one in before.how.items() if name not in asked.said})
    whole = dataclasses.replace(
        asked,
        how=how,
        priors=priors,
        given=given,
        origins={**dict.fromkeys((*given, *priors), EARLIER), **asked.origins},
    )
    ready = prepared(data, whole, hear)
    folder = StudyFolder.create(runs, ready.dataset.name)
    record = study_of(data, whole, ready)
    record = dataclasses.replace(
        record,
        name=folder.path.name,
        command=_command(before.source, data),
        # The same draws over the same ranges would train the best settings of the earlier search twice.
        seed=record.seed if before.seed is None else before.seed + 1,
    )
    folder.write(record)
    space = space_of(record)
    warm = _warm(space, before.points, record.trials)
    store = Store.create(record, folder.path, space, Worker.here(), how.store)
    store.draw(warm)
    store.close()
    hear.say(_begun(before.source, len(warm)))
    plain = Asked({}, {}, {}, how, asked.where)
    study = tune_with(data, plain, runs, hear, stream, study=folder.path)
    if study.record.run:
        found = _compared(study, before.source, data, given, warm, hear)
        hear.say(found.verdict)
        keep(study, dataclasses.replace(study.results, retuned=found))
    return study


def _begun(source: str, count: int) -> str:
    if not count:
        return f"The settings of {source} are none that this search could draw: it begins anew."
    return f"The best settings of {source} are tried first{f', {count} of them' if count > 1 else ''}."


def _command(source: str, data: Any) -> str:
    if isinstance(data, str | Path):
        return shlex.join(["piste", "tune", source, "--data", str(data)])
    return f"piste.retune({source!r}, data)"


def _warm(space: Space, points: Sequence[Mapping[str, Any]], trials: int) -> list[TrialRecord]:
    """Return the first trials, one for each old point, moved to the edge of a range that it lies outside of.

    A point whose choices are no longer among the options is passed over.
    """
    found: list[tuple[float, ...]] = []
    for point in points:
        if all(_known(one.prior, point.get(one.name)) for one in space.dimensions if one.name in point):
            places = tuple(float(np.clip(place, 0.0, np.nextafter(1.0, 0.0))) for place in space.places(point))
            if places not in found:
                found.append(places)
    return [
        TrialRecord(number, space.point(places), places, sampling=EARLIER)
        for number, places in enumerate(found[: max(trials // 2, 1)])
    ]


def _known(prior: Prior, value: Any) -> bool:
    if isinstance(prior, Choice):
        return any(one.value == value for one in prior.options)
    return isinstance(value, int | float)


def _compared(
    study: Study, source: str, data: Any, given: Mapping[str, Any], warm: Sequence[TrialRecord], hear: Listener
) -> RetuneRecord:
    """Return the old best settings, trained on the new data, beside the new best ones."""
    new = study.run
    if not warm or study.best.number == warm[0].number:
        score = new.score()
        verdict = (
            f"The old settings still hold: none of {len(study.trials) - 1} others was better on the new data."
            if warm
            else f"Whether the settings of {source} still hold is not known: they are none that this search could draw."
        )
        return RetuneRecord(source, score, score, 0.0, 0.0, 0.0, verdict)
    hear.say("Training the old best settings on the new data, to stand beside the new ones ...")
    settings = from_keywords({**given, **warm[0].settings}, "The earlier search")
    old = train_with(data, settings, dict.fromkeys((*given, *warm[0].settings), EARLIER), study.path.parent, hear)
    return _judged(source, old, new)


def _judged(source: str, old: Run, new: Run) -> RetuneRecord:
    ours, theirs = (test_predictions(one.folder, one.network.encoding) for one in (new, old))
    judged = evaluation_record(
        ours, [Ran("old", "old settings", theirs.outputs, 0.0)], {}, np.arange(ours.rows), lambda _: ({}, ""),
        new.record.seed, main=new.evaluation.main,
    )  # fmt: skip
    beside = judged.baselines[0]
    after, before = (
        next(one for one in scores if one.name == judged.main) for scores in (judged.scores, beside.scores)
    )
    lead = f"{difference(beside.difference, beside.low, beside.high)} ({interval(beside.low, beside.high)})"
    said = {
        "better": f"The old settings no longer hold: the new ones are better by {lead} {judged.main}.",
        "level": f"The old settings still hold: the lead of the new ones is {lead} {judged.main}.",
        "worse": f"The old settings still hold, and are better than the new ones: {lead} {judged.main}.",
    }[beside.verdict]
    return RetuneRecord(source, before, after, beside.difference, beside.low, beside.high, said)
