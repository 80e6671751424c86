"""Two runs are compared once, and what cannot be compared is said."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.web.samples import compared

from piste.core.compare import ComparisonRecord
from piste.core.runs import RunFolder

Ask = Callable[..., Any]


def test_a_comparison_is_made_once_and_drawn(shown: Path, ask: Ask) -> None:
    asked = []

    def compare(first: RunFolder, second: RunFolder) -> ComparisonRecord:
        asked.append((first.name, second.name))
        return compared(first, second)

    page = ask(shown, compare=compare)
    answer = page.get("api/compare?first=two_class&second=regression").json()
    assert answer["parting"]["step"] == 7
    assert [part["name"] for part in answer["parts"]] == ["scores", "agreement", "parting", "differences"]
    assert "second run is better" in answer["verdict"]
    page.get("api/compare?first=two_class&second=regression")
    page.get("api/compare?first=regression&second=two_class")
    assert asked == [("two_class", "regression"), ("regression", "two_class")]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("first=two_class", 404),
        ("first=two_class&second=two_class", 400),
        ("first=two_class&second=search", 404),
        ("first=two_class&second=../two_class", 404),
    ],
)
def test_what_cannot_be_compared_is_said(shown: Path, ask: Ask, query: str, status: int) -> None:
    answer = ask(shown, compare=compared).get(f"api/compare?{query}")
    assert answer.status_code == status
    assert answer.json()["error"].endswith(".")


def test_a_page_without_the_engine_says_so(shown: Path, ask: Ask) -> None:
    assert "without the engine" in ask(shown).get("api/compare?first=two_class&second=regression").json()["error"]
