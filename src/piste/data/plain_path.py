"""File names with signs that DuckDB reads as patterns, handed to it under a plain name."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def plain_path(path: Path) -> Iterator[Path]:
    """Yield a path to the same content without `*`, `?`, `[` or `:` in it; a link or copy where the name has one."""
    if not set(str(path)) & set("*?[]{}:"):
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        alias = Path(folder) / f"file{path.suffix}"
        try:
            alias.symlink_to(path.resolve())
        except OSError:
            shutil.copyfile(path, alias)
        yield alias
