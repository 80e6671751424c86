import json
from collections.abc import Callable
from typing import Any


def test_the_verdict_and_the_command_that_uses_it(piste: Callable[..., Any]) -> None:
    outcome = piste("rate", "iris", "--hidden", "8")
    assert outcome.code == 0
    verdict, command = outcome.out.splitlines()
    assert verdict.startswith("Take a highest rate of ")
    assert command.startswith("piste train iris --learning-rate ")


def test_json_holds_the_curve(piste: Callable[..., Any]) -> None:
    outcome = piste("rate", "iris", "--hidden", "8", "--json", "--lowest", "1e-5", "--highest", "1")
    found = json.loads(outcome.out)
    assert outcome.err == ""
    assert len(found["rates"]) == len(found["losses"]) == 150
    assert found["low"] <= found["rate"] <= found["high"]


def test_a_mistake_is_one_sentence(piste: Callable[..., Any]) -> None:
    outcome = piste("rate", "iris", "--optimiser", "lbfgs")
    assert outcome.code == 2
    assert "no rate to look for" in outcome.err
