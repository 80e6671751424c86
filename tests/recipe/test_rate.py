from pathlib import Path

import pytest

import piste
from piste.core.errors import DataError, SettingError


def test_a_found_rate_trains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = piste.find_rate("iris", quiet=True, hidden=(16,))
    assert found.rate is not None
    assert found == piste.find_rate("iris", quiet=True, hidden=(16,))
    assert not list(tmp_path.iterdir())  # nothing is written
    run = piste.train("iris", quiet=True, hidden=(16,), epochs=30, learning_rate=found.rate)
    assert run.epochs[-1].train_loss < 0.5 * run.epochs[0].train_loss


def test_mistakes_are_those_of_train() -> None:
    with pytest.raises(SettingError, match="Did you mean 'hidden'"):
        piste.find_rate("iris", hiden=(3,))
    with pytest.raises(DataError):
        piste.find_rate("no-such-file.csv")
    with pytest.raises(SettingError, match="no rate to look for"):
        piste.find_rate("iris", quiet=True, optimiser="lbfgs")
