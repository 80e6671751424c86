"""Settings as options: frozen dataclasses become flags of a verb, merged with a TOML file.

A field `image_size` of `DataSettings` is the flag `--image-size` and the line `image_size = 64` under `[data]`
in the file that `--config` names. The command wins over the file, the file over the default, and where each
value came from is kept.
"""

import dataclasses
import difflib
import inspect
import tomllib
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from cyclopts import Group, Parameter, Token

from piste.core.errors import SettingError
from piste.core.settings import from_mapping

CONFIG, CHOSEN = "config", "chosen"
ELSEWHERE = ("lint",)  # sections of a file that only some verbs read


@dataclass(frozen=True)
class Chosen:
    """The settings of a run: one checked dataclass per section, and the origin of every setting by its name."""

    settings: Mapping[str, Any]
    origins: Mapping[str, str]  # setting -> "command", "file" or "default"


def with_settings(
    sections: Mapping[str, type], verb: Callable[..., None], in_file: Mapping[str, type] = types.MappingProxyType({})
) -> Callable[..., None]:
    """Return `verb` with a flag for every field of `sections`, and `--config`, which also has the sections `in_file`.

    `verb` takes a keyword argument `chosen` of class `Chosen`; its other parameters stay as they are. `sections`
    maps the name of a section in the file to its dataclass. Two sections may not share a
    field's name: that is a `ValueError`, because a flag would be ambiguous.
    """
    own = [one for one in inspect.signature(verb, eval_str=True).parameters.values() if one.name != CHOSEN]
    flags = [flag for name, kind in sections.items() for flag in flags_of(name, kind)]
    names = [flag.name for flag in (*own, *flags)]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"Settings of two sections, or of a section and the verb, share a name: {', '.join(twice)}.")
    parameters = [*own, config_flag(), *flags]

    def wrapped(*positional: Any, **keywords: Any) -> None:
        given = {flag.name: keywords.pop(flag.name) for flag in flags if flag.name in keywords}
        keywords[CHOSEN] = choose({**sections, **in_file}, given, keywords.pop(CONFIG, None))
        return verb(*positional, **keywords)

    wrapped.__name__, wrapped.__doc__ = verb.__name__, verb.__doc__
    wrapped.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return wrapped


def choose(sections: Mapping[str, type], given: Mapping[str, Any], file: Path | None) -> Chosen:
    """Merge the settings `given` on the command line with those of the TOML `file`, and check them.

    Raises `SettingError` for a file that cannot be read, an unknown section or setting, or a value out of range.
    """
    written = read_file(file, sections) if file is not None else {}
    settings: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for section, kind in sections.items():
        names = [field.name for field in dataclasses.fields(kind)]
        lines, flags = written.get(section, {}), {name: given[name] for name in names if name in given}
        if lines:
            check_section(kind, lines, section, file)
        settings[section] = from_mapping(kind, {**lines, **flags}, "The command line")
        origins.update({name: "command" if name in flags else "file" if name in lines else "default" for name in names})
    return Chosen(settings, origins)


def attributes(kind: type) -> dict[str, str]:
    """Return the text for each attribute in the Attributes section of a class' docstring, as one line each."""
    _, _, section = inspect.cleandoc(kind.__doc__ or "").partition("Attributes\n----------\n")
    texts: dict[str, list[str]] = {}
    name = ""
    for line in section.splitlines():
        if line and not line[0].isspace():
            name = line.split(":")[0].strip()
            texts[name] = []
        elif name and line.strip():
            texts[name].append(line.strip())
    return {name: " ".join(lines) for name, lines in texts.items()}


def flags_of(section: str, kind: type) -> list[inspect.Parameter]:
    """Return a flag for each field of the dataclass `kind`, in the group of its section."""
    texts, hints, group = attributes(kind), get_type_hints(kind), Group(f"Settings: {section}")
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=_default(field),
            annotation=_annotation(hints[field.name], texts.get(field.name, ""), group),
        )
        for field in dataclasses.fields(kind)
    ]


def _default(field: "dataclasses.Field[Any]") -> Any:
    return field.default if field.default_factory is dataclasses.MISSING else field.default_factory()


def _annotation(hint: Any, text: str, group: Group) -> Any:
    kinds = (hint,) if get_origin(hint) not in (Union, types.UnionType) else get_args(hint)
    # Functions and specs that are no file are given from Python alone.
    kinds = tuple(kind for kind in kinds if get_origin(kind) not in (Callable, Mapping))
    hint = Union[kinds]  # noqa: UP007 (the members are known only here)
    inner = next((get_args(kind)[0] for kind in kinds if get_origin(kind) is tuple), None)
    converter = _comma_converter(inner) if inner is not None else _whole if _is_whole(kinds) else None
    return Annotated[
        hint,
        Parameter(
            help=text,
            group=group,
            negative=None if bool in kinds else "",
            converter=converter,
            # A list is one word, values with commas between, so that it cannot swallow the argument after it.
            n_tokens=1 if inner is not None else None,
        ),
    ]


def _comma_converter(inner: Callable[[str], Any]) -> Callable[[Any, Any], tuple[Any, ...]]:
    def convert(_: Any, tokens: list[Token]) -> tuple[Any, ...]:
        words = [word.strip() for word in tokens[0].value.split(",")]
        return tuple(inner(word) for word in words if word)

    return convert


def _is_whole(kinds: tuple[Any, ...]) -> bool:
    return int in kinds and not {str, float} & set(kinds)


def _whole(_: Any, tokens: list[Token]) -> int:
    # The library's own conversion would round 1.5 epochs to 2 without a word.
    try:
        return int(tokens[0].value)
    except ValueError:
        raise ValueError(f"expected a whole number, got {tokens[0].value!r}.") from None


def config_flag() -> inspect.Parameter:
    """Return the flag `--config`."""
    text = "TOML file with settings, a section for each group below; the command line wins over it."
    return inspect.Parameter(
        CONFIG,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[Path | None, Parameter(help=text)],
    )


def read_file(file: Path, sections: Mapping[str, type]) -> dict[str, dict[str, Any]]:
    """Return the lines of the TOML `file` by section; raises `SettingError` where it cannot be read."""
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingError(f"Could not read the settings file {file}: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(f"The settings file {file} is not TOML: {error}.") from error
    for name in ELSEWHERE:
        if name not in sections:
            written.pop(name, None)
    for name, lines in written.items():
        if name not in sections or not isinstance(lines, dict):
            raise SettingError(f"The settings file {file} {_misplaced(name, lines, sections)}")
    return written


def _misplaced(name: str, lines: Any, sections: Mapping[str, type]) -> str:
    if name in sections:
        return f"must have '{name}' as one section: write [{name}] and its settings below it."
    for section, kind in sections.items():
        if name in {field.name for field in dataclasses.fields(kind)}:
            return f"has '{name}' outside its section: write it below [{section}]."
    near = difflib.get_close_matches(name, sections, 1)
    hint = f"Did you mean [{near[0]}]?" if near else f"Known are: {', '.join(f'[{one}]' for one in sections)}."
    return f"has no section [{name}] to fill. {hint}"


def check_section(kind: type, lines: Mapping[str, Any], section: str, file: Path | None) -> None:
    """Raise `SettingError`, naming file and section, for a setting that there is not or a value out of range."""
    where = f"Section [{section}] of {file}"
    try:
        from_mapping(kind, lines, where)
    except SettingError as error:
        message = str(error)
        raise SettingError(message if message.startswith(where) else f"{where}: {message}") from error
