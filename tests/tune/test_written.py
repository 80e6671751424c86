from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.core.errors import SettingError
from piste.tune.priors import Prior, choice, integers, log, one_minus_log, option, uniform
from piste.tune.written import is_prior, parsed

NUMBERS = st.integers(-1000, 1000)
WORDS = st.sampled_from(["relu", "tanh", "64,32", "shift:2", True, None, 3, 0.25, (64, 32)])
PRIORS = st.one_of(
    st.builds(lambda low, width: uniform(low, low + width), NUMBERS, st.integers(1, 99)),
    st.builds(lambda low, factor: log(low, low * factor), st.sampled_from([1e-5, 0.5, 3]), st.integers(2, 99)),
    st.builds(lambda low, high: one_minus_log(low, high), st.sampled_from([0.0, 0.5]), st.sampled_from([0.9, 0.99])),
    st.builds(lambda low, width, log: integers(low, low + width, log), st.integers(1, 99), NUMBERS.map(abs).map(
        lambda width: width + 1), st.booleans()),
    st.lists(WORDS, min_size=1, max_size=4).map(lambda words: choice(*words)),
)  # fmt: skip


@given(PRIORS)
def test_what_is_written_is_read_again(prior: Prior) -> None:
    assert is_prior(str(prior))
    assert parsed(str(prior), "setting") == prior


@pytest.mark.parametrize(
    "text", ["log(1e-4, 1", "lgo(1e-4, 1)", "unifrom(0, 1)", "one_minuslog(0.9, 0.99)", "Log(1, 2)"]
)
def test_a_slip_of_the_pen_is_meant_as_a_range(text: str) -> None:
    assert is_prior(text)
    with pytest.raises(SettingError, match="The range of 'learning_rate' cannot be read"):
        parsed(text, "learning_rate")


def test_options_open_settings() -> None:
    read = parsed("choice(sgd(momentum=one_minus_log(0.5, 0.99), nesterov=true), adam)", "optimiser")
    expected = choice(option("sgd", momentum=one_minus_log(0.5, 0.99), nesterov=True), "adam")
    assert read == expected
    assert str(read) == str(expected)


@pytest.mark.parametrize("text", ["0.1", "relu", "shift:2,flip", "hidden(64)", "", "(1, 2)", "a log (of it)", 3, None])
def test_values_are_no_ranges(text: Any) -> None:
    assert not is_prior(text)


@pytest.mark.parametrize(
    "text",
    [
        "log(1e-4)", "log(1, 2, 3, 4)", "uniform(a, b)", "choice(log(1, 2)(3))", "log(1e-4, 1", "loguniform(1, 2)",
        "__import__('os').system('true')", "choice(x=1)", "choice(*[1])", "1 + 1", "choice(sgd(**{}))",
        "uniform(low=0, high=1)", "log((lambda: 1)(), 2)",
    ],
)  # fmt: skip
def test_nothing_else_is_read(text: str) -> None:
    with pytest.raises(SettingError, match="learning_rate"):
        parsed(text, "learning_rate")


@pytest.mark.parametrize(
    "prior",
    [
        choice(option((64,), dropout=uniform(0, 0.5)), (128, 64)),
        choice(option("64,32", rate=log(1e-4, 1)), True, None, 3, 0.5),
    ],
    ids=str,
)
def test_options_that_are_no_words_are_read_as_they_are_written(prior: Prior) -> None:
    assert parsed(str(prior), "hidden") == prior


def test_words_that_stand_for_no_text_are_told_from_texts() -> None:
    prior = choice("none", None, "True", True)
    assert str(prior) == 'choice("none", none, "True", true)'
    assert parsed(str(prior), "augment") == prior
