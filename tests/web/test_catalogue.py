"""Sentences by name, and words for what records say in English."""

import pytest

from piste.web.catalogue import LANGUAGES, all_texts, catalogue


def test_english_has_no_words_of_its_own_for_records() -> None:
    assert all_texts("en") == catalogue("en")


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_every_rule_has_a_title_in_every_language(language: str) -> None:
    from piste.lint.catalog import RULES

    texts = all_texts(language)
    assert {name for name in texts if name.startswith("rule-") and name[5].isupper()} == {
        f"rule-{r.code}" for r in RULES
    }
    assert texts["word-score"] != "score"


@pytest.mark.parametrize("language", ["de", "", "../en", "rules.zh"])
def test_another_language_is_not_there(language: str) -> None:
    with pytest.raises(KeyError):
        catalogue(language)
