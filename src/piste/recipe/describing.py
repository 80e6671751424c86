"""What was found in the data and what was chosen, as lines for a person."""

from collections.abc import Iterator, Sequence

from piste.core.records import Choice, FeatureRecord, Task
from piste.data.examples import DataSet
from piste.recipe.command import flag_of
from piste.recipe.settings import FUNCTION

_LISTED = 8  # classes and left-out columns that are named


def described_data(dataset: DataSet) -> Iterator[str]:
    """Yield the lines about the data: rows, kinds, target, split, and what was guessed or repaired."""
    record = dataset.record
    yield f"Data: {record.name}, {record.rows:,} rows from {record.source}"
    used = [feature for feature in record.features if feature.used]
    yield f"Features: {len(used):,} used ({_kinds(used)})"
    for feature in _few([one for one in record.features if not one.used]):
        yield f"  {feature.name}: {feature.reason}"
    target = record.target
    yield f"Target: {_shortened(target.names)}, {target.task} ({target.reason})"
    if target.task in (Task.TWO_CLASS, Task.MANY_CLASS):
        yield f"  {len(target.classes)} classes: {_shortened(target.classes)}"
    sizes = ", ".join(f"{name} {size:,}" for name, size in record.split.sizes.items())
    yield f"Split: {record.split.method}, {sizes} ({record.split.detail})"
    for note in record.notes:
        yield f"Note: {note}"


def described(choices: Sequence[Choice]) -> Iterator[str]:
    """Yield a line for every setting that was chosen or given, with its reason or origin."""
    told = [choice for choice in choices if choice.reason or choice.origin != "default"]
    width = max((len(_flag(choice)) for choice in told), default=0)
    yield "Settings (each can be given by its flag, in a TOML file, or in Python):"
    for choice in told:
        why = choice.reason or f"given by {ORIGINS.get(choice.origin, choice.origin)}"
        yield f"  {_flag(choice):<{width}}  {why}"


ORIGINS = {
    "search": "the search",
    "earlier search": "the earlier search",
    "command": "the command line",
    "file": "the settings file",
    "python": "the call",
    "fix": "the fix of a finding",
    FUNCTION: "the call, a function of your own",
}


def _flag(choice: Choice) -> str:
    return " ".join(word for word in flag_of(choice) if word is not None)


def _kinds(features: Sequence[FeatureRecord]) -> str:
    counts: dict[str, int] = {}
    for feature in features:
        counts[feature.kind] = counts.get(feature.kind, 0) + 1
    return ", ".join(f"{count:,} {kind}" for kind, count in counts.items())


def _few(features: Sequence[FeatureRecord]) -> Sequence[FeatureRecord]:
    return features[:_LISTED]


def _shortened(names: Sequence[str]) -> str:
    rest = len(names) - _LISTED
    return ", ".join(names[:_LISTED]) + (f" and {rest:,} more" if rest > 0 else "")
