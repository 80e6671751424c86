"""Sequences and texts: which networks read them, how, and what is chosen where that is left out."""

from collections.abc import Mapping
from typing import Any

from piste.core.errors import SettingError
from piste.core.records import Kind
from piste.data.encoding import Reading
from piste.data.examples import DataSet
from piste.recipe.augmentation import NONE
from piste.recipe.facts import Decided, Facts
from piste.recipe.networks import NETWORKS, TRANSFORMERS, reads_texts
from piste.recipe.own_network import OWN
from piste.recipe.settings import ModelSettings

MOST_STEPS, MOST_WORDS, MOST_CHARACTERS = 2048, 512, 1024

IN_ORDER_DROPOUT = {"rnn": 0.2, "lstm": 0.2, "gru": 0.2, "text-cnn": 0.5, "transformer": 0.1, "decoder": 0.1}
"""The models whose layers follow from depth and width, with the share of units silenced by default."""

FOR_RAGGED = ("noise", "step-mask")  # augmentations that leave the end of a sequence where it is

_NEEDS = {"table": "a table", "pictures": "pictures", "sequences": "sequences", "texts": "texts"}
_HINTS = {
    ("table", "sequences"): " If columns are the steps of a sequence, name them with --sequence.",
    ("table", "texts"): " A text is read alone: leave other columns out with --drop.",
}


def unfit(name: str, facts: Facts) -> str:
    """Return the sentence about a model that cannot read the data."""
    network = NETWORKS[name]
    needs = " or ".join(_NEEDS[one] for one in network.takes)
    fitting = [one for one, other in NETWORKS.items() if facts.inputs in other.takes and one != OWN]
    found = "are a table" if facts.inputs == "table" else f"are {facts.inputs}"
    hint = "".join(_HINTS.get((facts.inputs, one), "") for one in network.takes)
    return f"The model '{name}' needs {needs}, and these data {found}. Choose --model {', '.join(fitting)}.{hint}"


def check_reading(facts: Facts, decided: Decided, origins: Mapping[str, str]) -> None:
    """Raise `SettingError` for settings of sequences and texts that nothing reads, or that do not go together."""
    given = {name for name, origin in origins.items() if origin != "default"}
    words = reads_texts(facts, decided)
    for setting in ("tokens", "vocabulary"):
        if setting in given and not words:
            raise SettingError(
                f"The '{setting}' setting is for networks that read texts word by word. {_leave(setting)}"
            )
    if "length" in given and not words and facts.inputs != "sequences":
        raise SettingError(f"The 'length' setting is for sequences, and texts read word by word. {_leave('length')}")
    for setting in ("kernel", "stride"):
        if setting in given and facts.pictures:
            raise SettingError(f"The '{setting}' setting is for sequences, and these are pictures. {_leave(setting)}")
    _check_augmentation(facts, decided, words)
    width, heads = decided["width"] or 64, decided["heads"]
    if decided["model"] in TRANSFORMERS and (width % heads or width // heads % 2):
        raise SettingError(
            f"The width of a {decided['model']} must be an even number for each of its heads. Got --width {width} and "
            f"--heads {heads}."
        )


def _check_augmentation(facts: Facts, decided: Decided, words: bool) -> None:
    names = [one.split(":")[0] for one in decided["augment"] if one != NONE]
    if names and words:
        raise SettingError(f"The augmentation '{names[0]}' is for numbers, and these are texts. {_leave('augment')}")
    unfit = [name for name in names if name not in FOR_RAGGED]
    if unfit and facts.ragged:
        raise SettingError(
            f"The augmentation '{unfit[0]}' needs sequences of one length, and these are of unequal length. Choose "
            f"among {', '.join(FOR_RAGGED)}, or none."
        )


def _leave(setting: str) -> str:
    return f"Leave --{setting} out."


def length(facts: Facts, decided: Decided) -> tuple[int, str]:
    """Return how many steps, words or characters are read."""
    if facts.inputs == "sequences":
        longest = facts.shape[0]
        if longest <= MOST_STEPS:
            return longest, "as long as the longest sequence of the train split"
        return MOST_STEPS, f"more steps take long; the longest sequence has {longest:,}"
    if facts.lengths is None or not reads_texts(facts, decided):
        return 0, "the inputs are no sequence, and no text that is read word by word"
    unit = decided["tokens"]
    usual, most = facts.lengths[unit], MOST_WORDS if unit == "words" else MOST_CHARACTERS
    if usual <= most:
        return usual, f"19 of 20 texts have no more {unit}"
    return most, f"more {unit} take long; 19 of 20 texts have up to {usual:,}"


def reading(settings: ModelSettings, dataset: DataSet) -> Reading:
    """Return how the network that `settings` name reads a sequence or a text that is the only feature."""
    alone = len(dataset.used) == 1 and dataset.used[0].kind is Kind.TEXT
    known: Any = {"model": settings.model, "spec": settings.spec}
    in_order = alone and reads_texts(Facts(dataset.target.task, 0, (1,), lengths={}), known)
    return Reading(settings.length or None, settings.tokens if in_order else None, settings.vocabulary)
