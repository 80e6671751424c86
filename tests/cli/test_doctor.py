import json
from pathlib import Path

import pytest

from piste.cli import main
from piste.cli.application import DONE, MISTAKE
from piste.train import doctor
from piste.train.compiler import Verdict
from piste.train.doctor import DoctorRecord


def record(verdict: Verdict, cache: str = "/cache") -> DoctorRecord:
    return DoctorRecord(
        {"python": "3.11", "jax": "0.9"}, ("cpu: cpu",), 2, {"OMP_NUM_THREADS": "1"}, cache, 2**20, verdict, None, 99.6
    )


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.setattr(doctor, "examine", lambda: request.param)


@pytest.mark.parametrize("found", [record(Verdict(True, 4, 4))], indirect=True)
def test_a_healthy_machine_is_described(found: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == DONE
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert lines["jax"] == "0.9"
    assert lines["device"] == "cpu: cpu"
    assert lines["cores"] == "2"
    assert lines["OMP_NUM_THREADS"] == "1"
    assert lines["cache"] == "/cache (1.0 MiB)"
    assert lines["matrix"] == "product  100 GFLOP/s (float32)"
    assert lines["known"] == "answer    right (4)"


@pytest.mark.parametrize("found", [record(Verdict(True, 4, 4), cache="")], indirect=True)
def test_without_a_cache_nothing_is_kept_and_it_is_said(found: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == DONE
    assert "cache           cannot be written, so nothing is kept\n" in capsys.readouterr().out


@pytest.mark.parametrize("found", [record(Verdict(False, 4, 3))], indirect=True)
def test_a_wrong_compiler_is_an_error_after_the_findings(found: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == MISTAKE
    out, err = capsys.readouterr()
    assert json.loads(out)["verdict"] == {"right": False, "expected": 4.0, "computed": 3.0, "options": {}}
    assert err.startswith("piste: The known-answer test is wrong (3 where 4 is right)")


def test_the_real_machine_is_healthy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == DONE
    assert json.loads(capsys.readouterr().out)["verdict"]["right"]
