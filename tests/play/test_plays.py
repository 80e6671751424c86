"""What a page asks for and gets."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from piste.core.errors import SettingError
from piste.play.plays import MOST, Plays

BLOBS = {"problem": "blobs", "hidden": [2], "batch_size": 25}


def test_a_play_from_its_beginning_to_its_program(tmp_path: Path) -> None:
    plays = Plays()
    begun = plays.begin(BLOBS)
    assert json.loads(json.dumps(begun))["classes"] == ["blue", "orange"]
    word = begun["play"]
    later = plays.go_on(word, {}, 5, by_step=False)
    assert later["epoch"] == 5
    assert [point["epoch"] for point in later["curve"]] == [1, 2, 3, 4, 5]
    assert later["last"]["held"] < later["curve"][0]["held"]
    assert "dots" not in later
    assert plays.go_on(word, {}, 1, by_step=True)["epoch"] == pytest.approx(5.1)
    assert plays.go_on(word, {**BLOBS, "problem": "spirals"}, 0, by_step=False)["dots"]["train"]["x"]
    (tmp_path / "play.py").write_text(plays.python(word).replace("epochs=200", "epochs=1"), encoding="utf-8")
    done = subprocess.run([sys.executable, "play.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "finished" in done.stdout, done.stderr


def test_the_linter_comments() -> None:
    plays = Plays()
    word = plays.begin({**BLOBS, "problem": "slope", "hidden": [8], "activation": "relu", "learning_rate": 100.0})[
        "play"
    ]
    plays.go_on(word, {}, 20, by_step=False)
    said = plays.comments(word)
    assert said[0]["severity"] == "error"
    assert {"M201", "T201"} & {one["code"] for one in said}


def test_old_plays_make_room() -> None:
    plays = Plays()
    words = [plays.begin(BLOBS)["play"] for _ in range(MOST + 1)]
    with pytest.raises(SettingError, match="Begin anew"):
        plays.go_on(words[0], {}, 1, by_step=False)
    assert plays.go_on(words[-1], {}, 0, by_step=False)["epoch"] == 0


def test_settings_that_cannot_be_leave_the_play_as_it_is() -> None:
    plays = Plays()
    word = plays.begin(BLOBS)["play"]
    with pytest.raises(SettingError, match="problem"):
        plays.go_on(word, {"problem": "mars"}, 1, by_step=False)
    assert plays.go_on(word, {}, 0, by_step=False)["settings"]["problem"] == "blobs"
