"""Curves are read on while they grow, whatever the file holds, and never more of it than the page can bear."""

import json
from pathlib import Path

import numpy as np
from tests.report.conftest import epochs

from piste.core.runs import METRICS, RunFolder
from piste.web.curves import Curves, drawn


def curves(tmp_path: Path, number: int = 40) -> tuple[RunFolder, Curves]:
    folder = RunFolder(tmp_path)
    for one in epochs(number):
        folder.append(one)
    return folder, Curves(folder.file(METRICS))


def test_all_numbers_are_read_and_read_on(tmp_path: Path) -> None:
    folder, read = curves(tmp_path, 40)
    first = read.read()
    np.testing.assert_array_equal(first["train_loss"], [one.train_loss for one in epochs(40)])
    folder.append(epochs(41)[-1])
    assert len(read.read()["epoch"]) == 41
    assert (read.metric, read.damaged, read.left_out) == ("accuracy", 0, 0)


def test_half_a_line_waits_for_its_other_half(tmp_path: Path) -> None:
    folder, read = curves(tmp_path, 2)
    whole = folder.file(METRICS).read_bytes()
    with folder.file(METRICS).open("ab") as file:
        file.write(whole.splitlines(keepends=True)[1][:50])
    assert len(read.read()["epoch"]) == 2
    with folder.file(METRICS).open("ab") as file:
        file.write(whole.splitlines(keepends=True)[1][50:])
    assert len(read.read()["epoch"]) == 3
    assert read.damaged == 0


def test_a_file_that_was_written_anew_is_read_anew(tmp_path: Path) -> None:
    folder, read = curves(tmp_path, 9)
    assert len(read.read()["epoch"]) == 9
    folder.rewrite(epochs(4))
    assert len(read.read()["epoch"]) == 4
    folder.file(METRICS).unlink()
    assert len(read.read()["epoch"]) == 0


def test_lines_that_are_no_record_are_counted_and_left_out(tmp_path: Path) -> None:
    folder, read = curves(tmp_path, 2)
    with folder.file(METRICS).open("ab") as file:
        file.write(b'\xff\xfe\n[1, 2]\n{"epoch": "3"}\n' + b"[" * 100_000 + b"\n")
        file.write(json.dumps({"epoch": 3, "train_loss": None}).encode() + b"\n")
    columns = read.read()
    assert read.damaged == 4
    assert columns["epoch"].tolist() == [1, 2, 3]
    assert np.isnan(columns["train_loss"][2])


def test_of_a_huge_file_the_end_is_read(tmp_path: Path) -> None:
    folder, _ = curves(tmp_path, 200)
    read = Curves(folder.file(METRICS), most=5000)
    columns = read.read()
    assert 5 < len(columns["epoch"]) < 100
    assert columns["epoch"][-1] == 200
    assert read.left_out > 0
    assert read.damaged == 0


def test_a_gigabyte_without_a_line_fills_no_memory(tmp_path: Path) -> None:
    path = tmp_path / METRICS
    with path.open("wb") as file:
        file.truncate(1 << 30)
    read = Curves(path, most=8 << 20)
    assert len(read.read()["epoch"]) == 0
    assert len(read._rest) < 1 << 17


def test_what_is_drawn_is_thinned_and_has_the_best(tmp_path: Path) -> None:
    _, read = curves(tmp_path, 3000)
    shown = drawn(read, "epoch", None, None, 100)
    assert len(shown["charts"]["loss"]["x"]) < 500
    losses = [one.validation_loss for one in epochs(3000)]
    assert shown["best"]["epoch"] == 1 + int(np.argmin(losses))
    assert shown["best"]["epoch"] in shown["charts"]["loss"]["x"]
    assert (shown["from"], shown["to"], shown["total"]) == (1, 3000, 3000)
    assert min(shown["charts"]["loss"]["y"][1]) == min(losses)


def test_a_stretch_is_drawn_with_a_point_to_each_side(tmp_path: Path) -> None:
    _, read = curves(tmp_path, 100)
    shown = drawn(read, "step", 400, 800, 1000)["charts"]["metric"]["x"]
    assert shown[0] == 360
    assert shown[-1] == 840
    assert len(shown) == 13


def test_what_is_not_finite_or_out_of_order_is_drawn_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / METRICS
    lines = [
        {"epoch": at, "validation_loss": loss, "train_loss": None} for at, loss in ((2, 5.0), (1, 7.0), (None, 1.0))
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    shown = drawn(Curves(path), "epoch", None, None, 100)
    assert shown["charts"]["loss"] == {"x": [1, 2], "y": [[None, None], [7.0, 5.0]]}
    assert shown["best"]["validation_loss"] == 5.0
    path.write_text("")
    assert drawn(Curves(path), "epoch", None, None, 100)["best"] is None
