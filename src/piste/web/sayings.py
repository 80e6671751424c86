"""The linter's sentences in another language: what a finding says, its evidence, its cause, its fix.

A rule writes its sentences in English, with numbers and names filled in. `texts/findings.<language>.json` has, under
the code of each rule, every such sentence with {places} for what is filled in, and beside it the same sentence in the
language; under "every" what is said of any rule, under
"words" the few words that are filled in themselves.
"""

import re
from functools import cache
from importlib.resources import files
from re import Pattern
from typing import Any

import msgspec

from piste.web.catalogue import ENGLISH

WORDS, EVERY = "words", "every"
SAID = ("title", "cause", "fix")
_PLACE = re.compile(r"\{(\w+)\}")
Sayings = dict[str, dict[str, str]]


@cache
def sayings(language: str) -> Sayings:
    """Return for each rule's code the sentences in English with those of `language`."""
    path = files("piste.web").joinpath("texts", f"findings.{language}.json")
    return msgspec.json.decode(path.read_bytes(), type=Sayings)


def said(code: str, text: str, language: str) -> str:
    """Return what the rule `code` says in `text` in `language`; a sentence that is not known stays as it is."""
    if language == ENGLISH or not text:
        return text
    for pattern, other in _patterns(code, language):
        if found := pattern.fullmatch(text):
            words = sayings(language)[WORDS]
            filled = {name: words.get(value, value) for name, value in found.groupdict().items()}
            return _filled(other, filled)
    return text


def _filled(text: str, places: dict[str, str]) -> str:
    return _PLACE.sub(lambda place: places.get(place[1], place[0]), text)


def spoken(finding: dict[str, Any], language: str) -> dict[str, Any]:
    """Return a finding, as plain values, that says in `language` what it found, its evidence, its cause and its fix."""
    code = finding["code"]
    texts = {name: said(code, finding[name], language) for name in SAID if name in finding}
    others = [said(code, one, language) for one in finding.get("others", ())]
    explains = [{**one, "title": said(one["code"], one["title"], language)} for one in finding.get("explains", ())]
    evidence = [
        {**one, **{name: said(code, one[name], language) for name in ("what", "expected")}}
        for one in finding.get("evidence", ())
    ]
    made = {"others": others, "explains": explains, "evidence": evidence}
    more = {name: one for name, one in made.items() if name in finding}
    return {**finding, **texts, **more}


@cache
def _patterns(code: str, language: str) -> tuple[tuple[Pattern[str], str], ...]:
    """Return the rule's sentences as patterns, those with the most words of their own first."""
    known = sayings(language)[EVERY] | sayings(language).get(code, {})
    own = sorted(known, key=lambda text: len(_PLACE.sub("", text)), reverse=True)
    return tuple((_pattern(text), known[text]) for text in own)


def _pattern(text: str) -> Pattern[str]:
    # Even parts are words, odd ones the names of places.
    parts = _PLACE.split(text)
    made = [f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(parts)]
    return re.compile("".join(made), re.DOTALL)
