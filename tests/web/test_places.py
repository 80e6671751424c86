"""A request can name the runs of one folder, and nothing else."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.core.errors import RunError
from piste.web.places import Places, ordinary, readable


def run(path: Path) -> Path:
    path.mkdir(parents=True)
    (path / "run.json").write_text("{}")
    return path


def test_runs_and_studies_are_told_from_other_folders(tmp_path: Path) -> None:
    run(tmp_path / "b")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "study.json").write_text("{}")
    (tmp_path / "c").mkdir()
    (tmp_path / "run.txt").write_text("")
    assert list(Places.of(tmp_path).names()) == [("a", "study.json"), ("b", "run.json")]


def test_a_runs_own_folder_shows_that_run_alone(tmp_path: Path) -> None:
    one = run(tmp_path / "one")
    run(tmp_path / "two")
    places = Places.of(one)
    assert list(places.names()) == [("one", "run.json")]
    with pytest.raises(RunError):
        places.entry("two")


@pytest.mark.parametrize("name", ["", ".", "..", "../other", "a/b", "/etc", "no", "x" * 300, "one\0", "one/../one"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    run(tmp_path / "runs" / "one")
    run(tmp_path / "other")
    with pytest.raises(RunError):
        Places.of(tmp_path / "runs").entry(name)


@given(st.text(max_size=20))
def test_whatever_is_named_lies_in_the_folder(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    root = tmp_path_factory.getbasetemp() / "places"
    if not root.is_dir():
        run(root / "one")
    try:
        assert Places.of(root).entry(name) == (root / "one").resolve()
    except RunError:
        assert name != "one"


def test_a_link_to_elsewhere_is_no_run(tmp_path: Path) -> None:
    elsewhere = run(tmp_path / "elsewhere")
    root = tmp_path / "runs"
    root.mkdir()
    (root / "link").symlink_to(elsewhere)
    inside = root / "inside"
    inside.mkdir()
    (inside / "run.json").symlink_to(elsewhere / "run.json")
    places = Places.of(root)
    assert list(places.names()) == []
    for name in ("link", "inside"):
        with pytest.raises(RunError):
            places.entry(name)


def test_a_study_is_not_a_run(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "study.json").write_text("{}")
    with pytest.raises(RunError, match="is a study"):
        Places.of(tmp_path).run("a")


def test_what_is_no_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="is no folder"):
        Places.of(tmp_path / "none")


def test_pipes_and_links_are_never_read_and_large_files_are_refused(tmp_path: Path) -> None:
    file, pipe, link = tmp_path / "file", tmp_path / "pipe", tmp_path / "link"
    file.write_bytes(b"12345")
    os.mkfifo(pipe)
    link.symlink_to(file)
    assert ordinary(file)
    assert readable(file, 5)
    assert not any(map(ordinary, (pipe, link, tmp_path, tmp_path / "none")))
    assert not readable(pipe)
    with pytest.raises(RunError, match="reads at most"):
        readable(file, 4)
