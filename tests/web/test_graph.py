"""The graph is computed when it is asked for, and kept."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.web.samples import LOOKED, graph

from piste.core.errors import SettingError
from piste.core.runs import RunFolder

Ask = Callable[..., Any]


class Look:
    """Counts how often it looks."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, int]] = []

    def __call__(self, folder: RunFolder, split: str, example: int) -> Any:
        self.asked.append((folder.name, split, example))
        if example == 7:
            raise SettingError("There is no example 7.")
        return LOOKED


def test_a_look_is_made_once_for_an_example(shown: Path, ask: Ask) -> None:
    look = Look()
    page = ask(shown, look=look)
    first = page.get("api/runs/two_class/graph?split=train&example=3").json()
    assert [one["name"] for one in first["nodes"]] == [one.name for one in graph().nodes]
    assert page.get("api/runs/two_class/graph?split=train&example=3").json() == first
    chain = page.get("api/runs/two_class/chain?split=train&example=3&weight=00_dense.weight[0]").json()
    assert chain["weight"] == "00_dense.weight[0]"
    assert look.asked == [("two_class", "train", 3)]


def test_the_last_looks_are_kept_and_older_ones_made_again(shown: Path, ask: Ask) -> None:
    look = Look()
    page = ask(shown, look=look)
    for example in (0, 1, 2, 3, 3, 0):
        page.get(f"api/runs/two_class/graph?example={example}")
    assert [example for _, _, example in look.asked] == [0, 1, 2, 3, 0]


@pytest.mark.parametrize(
    ("place", "status"),
    [
        ("graph?example=7", 404),
        ("graph?split=all", 400),
        ("graph?example=x", 400),
        ("chain", 400),
        (f"chain?weight={'x' * 300}", 400),
    ],
)
def test_what_cannot_be_looked_at_is_said(shown: Path, ask: Ask, place: str, status: int) -> None:
    answer = ask(shown, look=Look()).get(f"api/runs/two_class/{place}")
    assert answer.status_code == status
    assert answer.json()["error"].endswith(".") or "named by" in answer.json()["error"]


def test_a_page_without_the_lens_says_so(shown: Path, ask: Ask) -> None:
    assert "without the lens" in ask(shown).get("api/runs/two_class/graph").json()["error"]
