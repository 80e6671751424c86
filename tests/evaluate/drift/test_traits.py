"""One column then and now, as candidates; one error budget for all of them."""

import numpy as np

from piste.core.drift import Change, KeptTrait, SchemaChange, TraitDrift
from piste.core.records import Kind
from piste.evaluate.drift.traits import Candidate, candidates_of, settled

SIZE = KeptTrait("size", "size", Kind.NUMBER, 0.0)


def city(levels: str, unseen: float = 0.0) -> KeptTrait:
    return KeptTrait("city", "city", Kind.CATEGORY, 0.0, tuple(levels), unseen)


def numbers(seed: int, rows: int = 800) -> np.ndarray:
    return np.random.default_rng(seed).normal(5, 1, rows)


def letters(seed: int, names: str, shares: tuple[float, ...], rows: int = 800) -> np.ndarray:
    return np.random.default_rng(seed).choice(np.array(list(names), object), rows, p=shares)


def test_a_shift_is_found_with_words_and_both_histograms() -> None:
    found = settled(list(candidates_of(SIZE, numbers(0), numbers(1) + 0.5)))
    (trait,) = found.traits
    assert trait.drifted
    assert trait.moved > 0.15
    assert trait.note.startswith("median 4.953, now 5.467")
    assert trait.before is not None
    assert trait.now is not None
    assert trait.before.edges == trait.now.edges
    assert sum(trait.now.counts) == 800
    assert found.schema == ()


def test_a_sure_change_too_small_to_matter_is_no_alarm() -> None:
    (trait,) = settled(list(candidates_of(SIZE, numbers(0, 50_000), numbers(1, 50_000) + 0.1))).traits
    assert trait.p_value < 1e-9
    assert not trait.drifted


def test_other_units_gaps_and_new_levels_are_changes_of_form() -> None:
    (units,) = settled(list(candidates_of(SIZE, numbers(0), numbers(1) * 1000))).schema
    assert units.change is Change.UNITS
    assert "thousands" in units.sentence
    gaps = np.where(np.random.default_rng(2).random(800) < 0.2, np.nan, numbers(1))
    (missing,) = settled(list(candidates_of(SIZE, numbers(0), gaps))).schema
    assert missing.change is Change.MISSING
    before, now = letters(0, "ab", (0.5, 0.5)), letters(1, "abc", (0.48, 0.48, 0.04))
    (levels,) = settled(list(candidates_of(city("ab"), before, now))).schema
    assert levels.change is Change.LEVELS
    assert "'c'" in levels.sentence


def test_levels_are_new_by_nature_where_many_were_seen_once() -> None:
    rare = np.array([f"level {place}" for place in range(800)], object)
    now = np.array([f"other {place}" for place in range(300)], object)
    kept = KeptTrait("code", "code", Kind.CATEGORY, 0.0, tuple(rare.tolist()), unseen=1.0)
    assert settled(list(candidates_of(kept, rare, now))).schema == ()


def test_later_dates_do_not_count() -> None:
    kept = KeptTrait("day", "day", Kind.DATE, 0.0)
    (trait,) = settled(list(candidates_of(kept, np.arange(500) * 86400.0, np.arange(500, 900) * 86400.0))).traits
    assert not trait.counts
    assert not trait.drifted
    assert trait.note == "from 1971-05-16 to 1972-06-18 now"


def test_columns_without_a_value_are_survived() -> None:
    for kept, values in ((SIZE, np.full(50, np.nan)), (city("ab"), np.full(50, "", object))):
        full = numbers(0) if kept is SIZE else letters(0, "ab", (0.5, 0.5))
        found = settled([*candidates_of(kept, full, values), *candidates_of(kept, values, full)])
        assert all(one.note == "no value" for one in found.traits)
        assert Change.MISSING in {one.change for one in found.schema}  # from all to none is another


def test_data_that_look_alike_raise_no_alarm_however_many_columns_there_are() -> None:
    alarms = 0
    for seed in range(60):
        candidates: list[Candidate] = []
        for column in range(8):
            place = 1000 * seed + 10 * column
            candidates += candidates_of(SIZE, numbers(place, 300), numbers(place + 1, 300))
            levels = [letters(place + side, "abc", (0.6, 0.3, 0.1), 300) for side in (2, 3)]
            candidates += candidates_of(city("abc"), *levels)
        found = settled(candidates)
        alarms += any(one.drifted for one in found.traits) or bool(found.schema)
    assert alarms <= 3  # 0.6 are expected


def test_one_error_budget_holds_for_all() -> None:
    said = TraitDrift("a", "a", Kind.NUMBER, 0.5, 1.0, 1.0, drifted=False)
    sure = SchemaChange(Change.MISSING, "b", "", alarm=True)
    alone = settled([Candidate(said, 0.004, matters=True)])
    among = settled([Candidate(said, 0.004, matters=True)] + [Candidate(sure, 0.5, matters=True)] * 9)
    assert alone.traits[0].drifted
    assert not among.traits[0].drifted
    assert among.schema == ()
