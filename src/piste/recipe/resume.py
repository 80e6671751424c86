"""Going on with a run that was cut short."""

import dataclasses
from pathlib import Path
from typing import Any

from piste.core.errors import RunError, SettingError
from piste.core.nursing import bedside, nursed
from piste.core.records import RunRecord, Status
from piste.core.runs import RUN, RunFolder
from piste.core.settings import from_mapping
from piste.data.dataset import load
from piste.recipe.fitting import fitted_encoding
from piste.recipe.job import carry_out
from piste.recipe.linting import wanted_of
from piste.recipe.networks import takes_of
from piste.recipe.nursed_start import adopt
from piste.recipe.progress import Listener, listener, told
from piste.recipe.run import Run
from piste.recipe.settings import SECTIONS, Settings
from piste.train.compiler import configure_jax
from piste.train.progress import Watch
from piste.train.sharding import check_devices


def resume(
    run: Run | Path | str,
    data: Any = None,
    *,
    quiet: bool = False,
    watch: Watch | None = None,
    devices: int | None = None,
) -> Run:
    """Finish a run that crashed, was killed or was stopped by hand, with the very bits it would have had.

    It goes on from its last whole checkpoint, or from the beginning where there is none. `data` are needed again
    only where they came from Python. A finished run is returned as it is. `watch` is that of `piste.train`. With
    `devices` it goes on among so many, to the same numbers but for rounding. Raises `RunError` where the data are not
    those of the run, or its settings are damaged, `SettingError` where there are fewer devices.
    """
    folder = run.folder if isinstance(run, Run) else RunFolder.open(run)
    return resume_with(folder, data, listener(quiet), watch, devices)


def resume_with(
    folder: RunFolder,
    data: Any,
    hear: Listener,
    watch: Watch | None = None,
    devices: int | None = None,
    *,
    nurse: bool = False,
) -> Run:
    """Do what `resume` does, telling `hear`.

    With `nurse` the run takes commands, and goes on even where it was finished; the caller holds its `bedside`.
    """
    if nursed(folder) and not nurse and folder.record.status is not Status.FINISHED:
        with bedside(folder):
            return resume_with(folder, data, hear, watch, devices, nurse=True)
    record = folder.record
    if record.status is Status.FINISHED and not nurse:
        hear.say(f"The run {folder.path} is finished; there is nothing to do.")
        return Run(folder)
    if data is None and not record.source:
        raise RunError(f"The data of {folder.path} came from Python: give them again, piste.resume(run, data).")
    record = record if devices is None else _on(record, devices)
    settings = _settings(folder, record)
    if settings.data.stream is None:  # less memory may be free than at the time
        settings = dataclasses.replace(settings, data=dataclasses.replace(settings.data, stream=False))
    check_devices(settings.training.devices or 1)
    with told(hear, "Reading the data"):
        dataset = load(
            record.source if data is None else data,
            settings.data,
            takes_of(settings.model.model),
        )
    if dataset.record.fingerprint != folder.data.fingerprint:
        raise RunError(
            f"The data of {folder.path} have changed since it began: fingerprint {dataset.record.fingerprint[:12]}, "
            f"then {folder.data.fingerprint[:12]}. Train anew."
        )
    configure_jax()
    if nurse and not nursed(folder):
        adopt(folder, settings)
    record = dataclasses.replace(record, status=Status.UNFINISHED, error="")
    folder.write(record, RUN)
    encoding = fitted_encoding(dataset, settings)
    return carry_out(folder, record, dataset, encoding, settings, hear, watch, wanted_of(record))


def _on(record: RunRecord, devices: int) -> RunRecord:
    reason = "since the run was resumed"
    choices = [
        dataclasses.replace(one, value=devices, reason=reason) if one.setting == "devices" else one
        for one in record.choices
    ]
    training = {**record.settings["training"], "devices": devices}
    return dataclasses.replace(record, settings={**record.settings, "training": training}, choices=tuple(choices))


def _settings(folder: RunFolder, record: RunRecord) -> Settings:
    try:
        return Settings(
            **{section: from_mapping(kind, record.settings[section], RUN) for section, kind in SECTIONS.items()}
        )
    except (KeyError, SettingError) as error:
        raise RunError(
            f"The settings in {folder.file(RUN)} are not those of this version ({error}); train anew."
        ) from error
