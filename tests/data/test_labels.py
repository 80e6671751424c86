"""Labels as class numbers, and small differences of spelling."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.core.errors import DataError
from piste.core.records import Task
from piste.data.labels import match_labels, target_values, without_target
from piste.data.levels import Raw


def raw(*values: str | None) -> Raw:
    return Raw("income", np.array([*values, None], object)[:-1])


@given(st.lists(st.sampled_from(["a", "B", "c d"]), min_size=1))
def test_exact_labels_get_their_number_without_a_word(labels: list[str]) -> None:
    classes = ("a", "B", "c d")
    values, notes = target_values([raw(*labels)], Task.MANY_CLASS, classes)
    assert values.dtype == np.int32
    assert [classes[code] for code in values] == labels
    assert notes == ()


def test_a_full_stop_case_and_blanks_are_forgiven_and_said() -> None:
    values, notes = target_values([raw("<=50K.", "> 50k", ">50K")], Task.TWO_CLASS, ("<=50K", "> 50K", ">50K"))
    np.testing.assert_array_equal(values, [0, 1, 2])
    assert "'<=50K.' as '<=50K' (1 rows)" in notes[0]


def test_numbers_of_another_spelling_are_the_same_class() -> None:
    np.testing.assert_array_equal(target_values([raw("1.0", "0")], Task.TWO_CLASS, ("0", "1"))[0], [1, 0])


def test_what_two_classes_could_mean_is_not_guessed() -> None:
    with pytest.raises(DataError, match=r"'YES' in row 2, which is not among the classes learnt: yes, Yes"):
        match_labels(raw("yes", "YES"), ("yes", "Yes"))


def test_numbers_are_spelled_out_by_their_own_names() -> None:
    codes, _ = match_labels(Raw("label", np.array([1, 0, 1])), ("cat", "dog"), ("dog", "cat"))
    np.testing.assert_array_equal(codes, [1, 0])


def test_tags_are_columns_of_zero_and_one() -> None:
    values, notes = target_values([raw("a;b", None, " b ", "A.")], Task.MULTI_LABEL, ("a", "b"))
    np.testing.assert_array_equal(values, np.array([[1, 1], [0, 0], [0, 1], [1, 0]], np.float32))
    assert "1 rows have no tag" in notes[0]
    with pytest.raises(DataError, match="tag 'c' in row 1"):
        target_values([raw("a;c")], Task.MULTI_LABEL, ("a", "b"))


def test_numbers_stay_in_their_own_units() -> None:
    values, _ = target_values([raw("1,000", "2.5"), raw("0", "1")], Task.REGRESSION, ())
    np.testing.assert_array_equal(values, [[1000, 0], [2.5, 1]])
    assert values.dtype == np.float64


def test_rows_without_a_target_are_found() -> None:
    np.testing.assert_array_equal(
        without_target([raw("a", None, "?"), raw("b", "b", "b")], Task.MULTI_LABEL, False), [False, True, True]
    )
    assert not without_target([raw("a", None)], Task.MULTI_LABEL, True).any()
    np.testing.assert_array_equal(
        without_target([raw("cat", "none", "NA")], Task.MANY_CLASS, False), [False, False, True]
    )
    np.testing.assert_array_equal(without_target([raw("1", "none")], Task.REGRESSION, False), [False, True])
