"""`piste doctor`."""

from typing import TYPE_CHECKING

from piste.cli.output import console, write_json
from piste.core.errors import CompilerError

if TYPE_CHECKING:
    from piste.train.doctor import DoctorRecord


def doctor(*, json: bool = False) -> None:
    """Say what is installed, on what it runs, and whether it computes right numbers.

    Parameters
    ----------
    json
        Write the findings as JSON instead of text.
    """
    from piste.train.doctor import examine  # JAX takes half a second to import; the help must not wait for it

    record = examine()
    if json:
        write_json(record)
    else:
        _show(record)
    if not record.healthy:
        raise CompilerError(f"The known-answer test is {record.sentence}.")


def _show(record: "DoctorRecord") -> None:
    out = console()
    for package, version in record.versions.items():
        out.print(f"{package:<16}{version}")
    for device in record.devices:
        out.print(f"{'device':<16}{device}")
    out.print(f"{'cores':<16}{record.cores}")
    for variable, value in record.threads.items():
        out.print(f"{variable:<16} {value}", markup=False)
    kept = f"{record.cache_folder} ({record.cache_bytes / 2**20:.1f} MiB)"
    cache = kept if record.cache_folder else "cannot be written, so nothing is kept"
    out.print(f"{'cache':<16}{cache}", markup=False)
    out.print(f"{'matrix product':<16}{record.matrix_product_rate:.0f} GFLOP/s (float32)")
    out.print(f"{'known answer':<16}{record.sentence}")
