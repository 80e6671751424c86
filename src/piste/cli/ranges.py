"""Settings as options that may be ranges: `--learning-rate 0.01`, or `--learning-rate "log(1e-4, 1)"`."""

import dataclasses
import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, get_args

import cyclopts
from cyclopts import Parameter, Token

from piste.cli.options import CONFIG, check_section, config_flag, flags_of, read_file
from piste.core.errors import SettingError
from piste.core.settings import from_mapping
from piste.recipe.settings import SECTIONS
from piste.recipe.tuning_space import apart, range_in
from piste.tune.priors import Prior
from piste.tune.settings import TuneSettings
from piste.tune.written import is_prior, parsed

TUNE, ASKED, VARY = "tune", "asked", "vary"


def with_ranges(sections: Mapping[str, type], verb: Callable[..., None]) -> Callable[..., None]:
    """Return `verb` with a flag for every field of `sections`, which may be a range, and for those of the search.

    `verb` takes a keyword argument `asked`: the settings that were given a value, those that were given a range, where
    both came from, and how to search. `--config` reads all of it from a TOML file, the search from its section [tune].
    """
    own = [one for one in inspect.signature(verb, eval_str=True).parameters.values() if one.name != ASKED]
    how = flags_of(TUNE, TuneSettings)
    flags = [_ranged(flag) for name, kind in sections.items() for flag in flags_of(name, kind)]
    parameters = [*own, _vary(), config_flag(), *how, *flags]

    def wrapped(*positional: Any, **keywords: Any) -> None:
        given = {flag.name: keywords.pop(flag.name) for flag in (*how, *flags) if flag.name in keywords}
        file, vary = keywords.pop(CONFIG, None), keywords.pop(VARY, ())
        keywords[ASKED] = asked(sections, {**given, **_varied(vary)}, file)
        return verb(*positional, **keywords)

    wrapped.__name__, wrapped.__doc__ = verb.__name__, verb.__doc__
    wrapped.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return wrapped


def asked(sections: Mapping[str, type], given: Mapping[str, Any], file: Path | None) -> Any:
    """Return what is asked for: the settings `given` on the command line, over those of the TOML `file`.

    Raises `SettingError` as `choose` does, and for a range that cannot be read.
    """
    from piste.recipe.tuning import Asked

    lines = read_file(file, {**sections, TUNE: TuneSettings}) if file is not None else {}
    names = {field.name for field in dataclasses.fields(TuneSettings)}
    search = {**lines.get(TUNE, {}), **{name: one for name, one in given.items() if name in names}}
    check_section(TuneSettings, lines.get(TUNE, {}), TUNE, file)
    priors: dict[str, Prior] = {}
    plain: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for section, kind in sections.items():
        ranges, values = apart(lines.get(section, {}))
        check_section(kind, {**values, **dict.fromkeys(ranges)}, section, file)
        priors |= ranges
        plain |= values
        origins |= dict.fromkeys((*ranges, *values), "file")
    ranges, values = apart({name: one for name, one in given.items() if name not in names})
    priors = {name: one for name, one in priors.items() if name not in values} | ranges
    plain = {name: one for name, one in plain.items() if name not in ranges} | values
    origins |= dict.fromkeys((*ranges, *values), "command")
    where = "The command line"
    return Asked(plain, priors, origins, from_mapping(TuneSettings, search, where), where, frozenset(search))


def switches_varied(words: Sequence[str]) -> list[str]:
    """Return the words of the command line with each switch that is given a range written as `--vary`.

    A switch takes no value, so that `--batch-norm "choice(true, false)"` could not be read otherwise.
    """
    switches = {flag.name for name, kind in SECTIONS.items() for flag in flags_of(name, kind) if _is_switch(flag)}
    said: list[str] = []
    for word in words:
        flag, equals, value = word.partition("=")
        before = flag if equals else said[-1] if said else ""
        name = before.removeprefix("--").replace("-", "_")
        text = value if equals else word
        if before.startswith("--") and name in switches and is_prior(text):
            said = [*(said if equals else said[:-1]), f"--{VARY}", f"{name}={text}"]
        else:
            said.append(word)
    return said


def _is_switch(flag: inspect.Parameter) -> bool:
    hint = get_args(flag.annotation)[0]
    return bool in (hint, *get_args(hint))


def _ranged(flag: inspect.Parameter) -> inspect.Parameter:
    hint, parameter = get_args(flag.annotation)
    usual = parameter.converter

    def convert(kind: Any, tokens: list[Token]) -> Any:
        prior = range_in(flag.name, tokens[0].value)
        if prior is not None:
            return prior
        return usual(kind, tokens) if usual else cyclopts.convert(kind, tokens)

    if _is_switch(flag):
        return flag
    ranged = Parameter(
        help=parameter.help,
        group=parameter.group,
        negative=parameter.negative,
        converter=convert,
        n_tokens=parameter.n_tokens,
    )
    return flag.replace(annotation=Annotated[hint, ranged])


def _vary() -> inspect.Parameter:
    text = "NAME=RANGE, as often as wanted: another way to say --NAME RANGE."
    return inspect.Parameter(
        VARY,
        inspect.Parameter.KEYWORD_ONLY,
        default=(),
        annotation=Annotated[tuple[str, ...], Parameter(help=text, negative="", n_tokens=1)],
    )


def _varied(words: tuple[str, ...]) -> dict[str, Prior]:
    varied = {}
    for word in words:
        name, equals, text = word.partition("=")
        name = name.strip().replace("-", "_")
        if not equals or not is_prior(text.strip()):
            raise SettingError(f"--vary takes NAME=RANGE: 'batch_norm=choice(true, false)'. Got {word!r} instead.")
        varied[name] = parsed(text.strip(), name)
    return varied
