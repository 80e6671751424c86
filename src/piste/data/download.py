"""Files fetched once over the network, proved by their checksum, and kept in the user's cache folder."""

import hashlib
import os
import tempfile
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from piste.core.errors import DataError

_TIMEOUT_SECONDS = 30
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Remote:
    """A file on the network: its name, its SHA-256, and the addresses (ending in "/") to try in turn."""

    name: str
    sha256: str
    addresses: Sequence[str]


def cache_folder() -> Path:
    """Return the folder where fetched data sets are kept."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("piste")) / "data"


def fetch(remote: Remote, folder: Path) -> Path:
    """Return the path of the file in `folder`, fetched if it is not there or damaged.

    It is written under another name, checked, and renamed, so a file under its own name is always whole.
    Raises `DataError` when no address gives the right content.
    """
    path = folder / remote.name
    if path.is_file() and _sha256(path) == remote.sha256:
        return path
    reasons = []
    for address in remote.addresses:
        try:
            _download(address + remote.name, path, remote.sha256)
            return path
        except (OSError, ValueError) as error:  # urllib's errors are OSErrors; a wrong checksum is a ValueError
            reasons.append(f"{address}: {getattr(error, 'reason', None) or error}")
    raise DataError(
        f"{remote.name} could not be fetched ({'; '.join(reasons)}). Connect to the network, or put the data set "
        f"into a folder and name that folder's parent in the environment variable PISTE_DATA."
    )


def _download(address: str, path: Path, sha256: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    request = urllib.request.Request(address, headers={"User-Agent": "piste"})
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file, urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:
            while block := response.read(_BLOCK):
                file.write(block)
        found = _sha256(temporary)
        if found != sha256:
            raise ValueError(f"the content has the SHA-256 {found[:12]}..., and {sha256[:12]}... was expected")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
