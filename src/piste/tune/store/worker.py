"""Who works on a study: a process of a machine, told apart from a later one that got the same number."""

import json
import os
import socket
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_START = 19  # field of /proc/PID/stat after the name: ticks from the start of the machine to that of the process


@dataclass(frozen=True)
class Worker:
    """A worker's name: its machine, the number of its process, and when that began."""

    machine: str
    process: int
    began: str
    part: str = ""  # of the process, where it works in several

    @classmethod
    def here(cls, part: str = "") -> "Worker":
        """Return this process."""
        return cls(socket.gethostname(), os.getpid(), _began(os.getpid()), part)

    @cached_property
    def name(self) -> str:
        """The name as it is kept."""
        return " ".join((self.machine, str(self.process), self.began, self.part)).rstrip()

    @property
    def as_json(self) -> str:
        """The name as an attribute of a trial."""
        return json.dumps(self.name)


def is_dead(name: str, asking: Worker, age: float, grace: float) -> bool:
    """Return whether the worker called `name`, last heard of `age` seconds ago, is gone.

    Of a process on the machine of who asks that is plain to see; another one is given `grace` seconds.
    """
    if name == asking.name:
        return False
    machine, process, began, *_ = [*name.split(" "), "", ""]
    if machine == asking.machine and process.isdigit():
        return _began(int(process)) != began
    return age > grace


def _began(process: int) -> str:
    """Return when a process of this machine began; "" where there is none, "?" where the system does not say."""
    stat = Path(f"/proc/{process}/stat")
    if stat.parent.parent.joinpath("self").exists():
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if fields[0] == "Z" else fields[_START]
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass
    return "?"
