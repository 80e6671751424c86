"""The linter's remedies as a verb: for a pipeline of one's own pieces, or for data with settings."""

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from piste.core.findings import LintRecord
from piste.core.fixes import Fix
from piste.lint.catalog import RULES
from piste.lint.mended import Pieces
from piste.lint.mending import mend
from piste.lint.pipeline import Pipeline
from piste.lint.remedies.catalog import REMEDIES
from piste.lint.settings import LintSettings, words
from piste.recipe.lint import lint, without_settings
from piste.recipe.progress import listener
from piste.recipe.resetting import fix_with
from piste.recipe.settings import from_keywords


@dataclass(frozen=True)
class Fixed:
    """What came of `piste.fix`.

    Attributes
    ----------
    pipeline
        The pipeline with what was cured; the one that was given is as it was.
    fixes
        Everything done, and what was left to you with the reason. `fix.undo` says how to take one back.
    record
        The last judgement; `record.clean` says that neither error nor warning is left.
    settings
        For data: all settings that `piste.train` is to be given, those set by fixes included.
    """

    pipeline: Pipeline
    fixes: tuple[Fix, ...]
    record: LintRecord
    settings: Mapping[str, Any]


def fix(
    subject: Any,
    *,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    seconds: float = LintSettings.seconds,
    quiet: bool = False,
    **settings: Any,
) -> Fixed:
    """Cure what the linter finds, where that is safe, and show that it is gone.

    Each remedy is applied, and its rule asked again; it stays only if the finding is gone and nothing worse appeared.

    Parameters
    ----------
    subject
        A `Pipeline` with any pieces of a person's own training, or data as `piste.train` takes them, which are never
        changed: then the cures are settings.
    select, ignore
        Rules to ask, and to leave out, as for `piste.lint`; what a rule left out would find is not cured.
    seconds
        Time for each judgement; there are two at least.
    quiet
        Whether nothing is said while data are read.
    settings
        For data: any setting of `piste.train`.

    Returns
    -------
    The pipeline or settings with the cures, the list of fixes, and the last judgement.

    Raises
    ------
    DataError, SettingError
        For data or settings that cannot be used, and names of rules that there are not.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> wrong = lambda outputs, targets: -jnp.mean((outputs - targets) ** 2)
    >>> fixed = piste.fix(piste.Pipeline(loss=wrong, task="regression"))
    >>> [(fix.code, str(fix.effect)) for fix in fixed.fixes]
    [('L102', 'gone')]
    >>> float(fixed.pipeline.loss(jnp.ones((1, 1)), jnp.zeros((1, 1))))
    1.0
    """
    wanted = LintSettings(words(select), words(ignore), seconds)
    if isinstance(subject, Pipeline):
        without_settings(settings)
        pieces = mend(Pieces(subject, RULES, wanted), REMEDIES)
        return Fixed(pieces.subject.pipeline, pieces.fixes, pieces.record, {})
    origins = dict.fromkeys(settings, "python")
    ended = fix_with(subject, from_keywords(settings, "piste.fix"), origins, wanted, listener(quiet))
    return Fixed(ended.subject.pipeline, ended.fixes, ended.record, ended.subject.given)


def _signature() -> inspect.Signature:
    return inspect.signature(lint).replace(return_annotation=Fixed)


fix.__signature__ = _signature()  # type: ignore[attr-defined]
