from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.core.errors import SettingError
from piste.core.nursing_words import CHANGEABLE, Factor, Wish, parsed
from piste.train.settings import TrainingSettings


@pytest.mark.parametrize(
    ("words", "wishes"),
    [
        ("rate 0.5x", [Wish("rate", Factor(0.5))]),
        ("rate 1e-3", [Wish("rate", 0.001)]),
        ("weight-decay 2X", [Wish("weight_decay", Factor(2.0))]),
        ("weight_decay none", [Wish("weight_decay", None)]),
        ("more 20 dropout 0.2", [Wish("more", 20), Wish("dropout", 0.2)]),
        ("back 12", [Wish("back", 12.0)]),
        ("back best rate .5x", [Wish("back", "best"), Wish("rate", Factor(0.5))]),
        ("back b2", [Wish("back", "b2")]),
        ("schedule step augment a:1,b", [Wish("schedule", "step"), Wish("augment", ("a:1", "b"))]),
        ("mark good pause", [Wish("mark", "good"), Wish("pause")]),
    ],
)  # fmt: skip
def test_what_words_ask_for(words: str, wishes: list[Wish]) -> None:
    assert parsed(words) == tuple(wishes)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "Say what the training shall do: rate, more,"),
        ("rates 1", "'rates' is nothing that a training can be told. Did you mean 'rate'?"),
        ("rate", "'rate' needs a value after it, such as `rate 0.5x`."),
        ("rate fast", "'rate' takes a number above 0, or a factor such as 0.5x. Got 'fast' instead."),
        ("rate -1", "A rate is above 0"),
        ("rate nan", "'rate' takes a number above 0"),
        ("rate 1 rate 2", "'rate' is said twice"),
        ("more 0", "'more' takes a whole number of at least 1. Got '0'."),
        ("patience 2.5", "'patience' takes a whole number of at least 0. Got '2.5'."),
        ("more 3 epochs 9", "both say how long to train"),
        ("stop rate 1", "'stop' ends the training, so it stands alone."),
        ("back -3", "'back' takes an epoch, 'best', a mark or a branch. Got '-3' instead."),
        ("mark best", "not 'best'. Got 'best'."),
        ("mark b3", "not as a branch"),
        ("batch-size 64", "'batch_size' is nothing that a training can be told."),
    ],
)
def test_what_is_no_command_is_said_in_one_sentence(words: str, said: str) -> None:
    with pytest.raises(SettingError) as caught:
        parsed(words)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=40))
def test_whatever_is_written_is_understood_or_refused(words: str) -> None:
    with suppress(SettingError):
        assert parsed(words)


def test_what_may_be_changed_are_settings_of_a_training() -> None:
    fields = set(TrainingSettings.__dataclass_fields__) | {"dropout"}
    assert set(CHANGEABLE) <= fields
