"""What the linter says in other languages: every sentence of every rule, with what is filled in."""

import re
from typing import Any

import pytest
from tests.web.sentences import sentences

from piste.core.findings import Finding, Severity
from piste.lint.catalog import RULES
from piste.web.catalogue import LANGUAGES
from piste.web.sayings import EVERY, WORDS, _patterns, said, sayings, spoken

OTHERS = [one for one in LANGUAGES if one != "en"]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SENTENCES = sentences()


@pytest.mark.parametrize("language", OTHERS)
def test_every_rule_has_its_title_cause_and_fix_in_every_language(language: str) -> None:
    assert set(sayings(language)) - {WORDS, EVERY} == {rule.code for rule in RULES}
    for rule in RULES:
        for part in ("title", "cause", "fix"):
            texts = SENTENCES[rule.code][part]
            assert texts, f"no {part} of {rule.code} was found in its source"
            for text in texts:
                assert any(one.fullmatch(text) for one, _ in _patterns(rule.code, language)), (rule.code, part, text)
        for text in SENTENCES[rule.code]["others"] | SENTENCES[rule.code]["evidence"]:
            assert any(one.fullmatch(text) for one, _ in _patterns(rule.code, language)), (rule.code, text)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_titles_and_causes_are_chinese_and_keep_their_numbers(rule: object) -> None:
    code = getattr(rule, "code", "")
    for part in ("title", "cause"):
        for text in SENTENCES[code][part]:
            other = said(code, text, "zh")
            assert CHINESE.search(other), (text, other)
            assert "{" not in other, (text, other)


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_is_there_that_no_rule_says(language: str) -> None:
    for code, known in sayings(language).items():
        if code not in (WORDS, EVERY):
            every = set().union(*SENTENCES[code].values())
            # One that says more exactly what another says of anything is not stale either.
            stale = [text for text in known if not any(_matches(text, one) for one in every | (set(known) - {text}))]
            assert stale == [], code


def _matches(template: str, text: str) -> bool:
    """Return whether either of the two may stand for the other."""
    return _fits(template, text) or ("{" in text and _fits(text, template))


def _fits(template: str, text: str) -> bool:
    places = re.split(r"\{\w+\}", template)
    return re.fullmatch(".+?".join(map(re.escape, places)), text, re.DOTALL) is not None


def test_what_is_filled_in_stays_and_its_words_are_spoken() -> None:
    title = "12 of 340 examples of the validation split are blank"
    assert said("D115", title, "zh") == "验证划分的 340 个样本中有 12 个是空白的"
    assert said("D115", title, "en") == title
    hostile = "12 of <script>alert(1)</script> examples of the {name} split are blank"
    assert "<script>alert(1)</script>" in said("D115", hostile, "zh")
    assert said("D115", "A sentence of another version.", "zh") == "A sentence of another version."
    assert said("X999", title, "zh") == title


def test_a_rule_that_broke_is_said_too() -> None:
    assert said("D101", "The rule D101 could not be carried out", "zh") == "规则 D101 无法执行"


def test_a_finding_says_all_of_it_in_the_language() -> None:
    found = Finding(
        "M203", Severity.ERROR, "The gradient explodes", (), "?", "?", "", others=("The rate is too high.",)
    )
    plain: dict[str, Any] = {
        "code": found.code,
        "title": found.title,
        "cause": found.cause,
        "others": list(found.others),
    }
    plain["evidence"] = [{"what": "highest", "measured": "7e5", "expected": "below 10 times that of the looks before"}]
    plain["explains"] = [{"code": "L110", "title": "The loss hides outputs that are NaN"}]
    told = spoken(plain, "zh")
    assert told["title"] == "梯度爆炸"
    assert told["evidence"] == [{"what": "最高", "measured": "7e5", "expected": "低于此前的 10 倍"}]
    assert told["others"] == ["学习率太高。"]
    assert told["explains"] == [{"code": "L110", "title": "损失掩盖了为 NaN 的输出"}]
    assert spoken(plain, "en") == plain
