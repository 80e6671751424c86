"""The package itself: what `import piste` gives."""

import importlib
import inspect
import subprocess
import sys

import piste
import piste.evaluate.metrics
import piste.train.settings


def test_a_verb_stays_callable_when_the_part_of_its_name_is_imported() -> None:
    for verb in ("train", "evaluate"):
        part = importlib.import_module(f"piste.{verb}")
        assert getattr(piste, verb) is part
        assert callable(part)
        assert inspect.signature(part) == inspect.signature(part._verb)
    assert list(inspect.signature(piste.train).parameters)[:3] == ["data", "runs", "quiet"]
    assert list(inspect.signature(piste.evaluate).parameters) == ["run", "data", "devices"]


def test_calling_the_part_carries_out_the_verb() -> None:
    program = (
        "import piste, piste.train.settings, piste.recipe.train;"
        "assert piste.train._verb is piste.recipe.train.train;"
        "piste.recipe.train.train = lambda data, **settings: (data, settings);"
        "print(piste.train('x', seed=3))"
    )
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert outcome.stdout == "('x', {'seed': 3})\n", outcome.stderr


def test_all_names_are_there_and_listed() -> None:
    for name in piste.__all__:
        assert getattr(piste, name) is not None
    assert set(piste.__all__) <= set(dir(piste))
