"""The linter as a verb: judge a pipeline, or data with what would be trained on them."""

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

from piste.core.errors import SettingError
from piste.core.findings import LintRecord
from piste.lint.catalog import RULES
from piste.lint.judge import judge
from piste.lint.pipeline import Pipeline
from piste.lint.settings import LintSettings, words
from piste.recipe.judged import pipeline_of
from piste.recipe.progress import Listener, listener
from piste.recipe.settings import Settings, from_keywords


def lint(
    subject: Any = None,
    *,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    seconds: float = LintSettings.seconds,
    quiet: bool = False,
    **settings: Any,
) -> LintRecord:
    """Judge a training before it is paid for.

    Parameters
    ----------
    subject
        A `Pipeline` with any pieces of a person's own training, or data as `piste.train` takes them.
    select, ignore
        Rules to run, and to leave out: codes ("L101"), their beginnings ("L"), names or groups ("loss").
    seconds
        After this time no further rule begins; those left are named.
    quiet
        Whether nothing is said while data are read.
    settings
        For data: any setting of `piste.train`.

    Returns
    -------
    The outcome of every rule, with the findings; `record.clean` says that neither error nor warning is left.

    Raises
    ------
    DataError, SettingError
        For data or settings that cannot be used, and names of rules that there are not.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> broken = lambda outputs, targets: -jnp.mean((outputs - targets) ** 2)
    >>> record = piste.lint(piste.Pipeline(loss=broken, task="regression"))
    >>> record.causes[0].key
    'loss.sign'
    """
    if subject is None:
        got = ", ".join(f"{name}=" for name in settings)
        raise SettingError(
            "piste.lint needs data, or the pieces of a training: piste.lint(piste.Pipeline(loss=..., train=...)). "
            f"Got {f'{got} alone' if got else 'neither'}."
        )
    if isinstance(subject, Pipeline):
        without_settings(settings)
        return judge(subject, RULES, select=words(select), ignore=words(ignore), seconds=seconds)
    chosen = from_keywords(settings, "piste.lint")
    origins = dict.fromkeys(settings, "python")
    wanted = LintSettings(words(select), words(ignore), seconds)
    return lint_with(subject, chosen, origins, wanted, listener(quiet))


def without_settings(settings: Mapping[str, Any]) -> None:
    """Raise `SettingError` for settings given beside a `Pipeline`, which has none."""
    if settings:
        raise SettingError(f"A Pipeline takes no settings. Got {', '.join(settings)}.")


def lint_with(
    data: Any, settings: Settings, origins: Mapping[str, str], wanted: LintSettings, hear: Listener
) -> LintRecord:
    """Do what `lint` does for data, with settings that are built already."""
    pipeline = pipeline_of(data, settings, origins, hear)
    return judge(pipeline, RULES, select=wanted.select, ignore=wanted.ignore, seconds=wanted.seconds)


_OWN = ("data", "runs", "quiet", "watch", "fix", "ignore", "nurse", "replay")  # what is no setting of `piste.train`


def _signature() -> inspect.Signature:
    from piste.recipe.train import train

    own = [one for one in inspect.signature(lint, eval_str=True).parameters.values() if one.name != "settings"]
    more = [one for one in inspect.signature(train).parameters.values() if one.name not in _OWN]
    return inspect.Signature([*own, *more], return_annotation=LintRecord)


lint.__signature__ = _signature()  # type: ignore[attr-defined]
