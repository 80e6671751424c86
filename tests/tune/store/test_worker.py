import os
import subprocess
import sys
from pathlib import Path

from piste.tune.store.worker import Worker, is_dead


def test_a_process_is_known_by_when_it_began() -> None:
    here = Worker.here()
    assert Worker.here() == here
    assert here.process == os.getpid()
    assert here.name == f"{here.machine} {here.process} {here.began}"
    assert Worker.here("second").name == f"{here.name} second"
    later = Worker(here.machine, here.process, "1")  # an earlier process had the same number
    assert is_dead(later.name, here, 0.0, 60.0)


def test_who_asks_is_alive_and_so_is_another_process_here() -> None:
    here = Worker.here()
    assert not is_dead(here.name, here, 1e9, 60.0)
    assert not is_dead(Worker.here("second").name, here, 1e9, 60.0)
    other_process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    stat = Path(f"/proc/{other_process.pid}/stat")
    began = stat.read_text().rpartition(")")[2].split()[19] if stat.exists() else "?"
    other = Worker(here.machine, other_process.pid, began)
    assert not is_dead(other.name, here, 1e9, 60.0)
    other_process.kill()
    other_process.communicate()
    assert is_dead(other.name, here, 0.0, 60.0)


def test_of_another_machine_only_its_silence_tells() -> None:
    away = Worker("elsewhere", 1, "17")
    assert not is_dead(away.name, Worker.here(), 59.0, 60.0)
    assert is_dead(away.name, Worker.here(), 61.0, 60.0)
