"""Where a store is: as a database understands it, and as it may be written down."""

from pathlib import Path

from piste.core.errors import SettingError


def without_password(store: str) -> str:
    """Return the address of a store without its password; the name of a file as it is.

    Examples
    --------
    >>> without_password("postgresql://ann:s3cret@host:5432/studies")
    'postgresql://ann@host:5432/studies'
    >>> without_password("study.db")
    'study.db'
    """
    scheme, there, rest = store.partition("://")
    user, at, place = rest.rpartition("@")
    if not there or not at:
        return store
    return f"{scheme}://{user.partition(':')[0]}@{place}"


def address(store: str, folder: Path) -> str:
    """Return the address of a store: a file's name stands for an SQLite file in the study's `folder`.

    Raises `SettingError` for an address of another kind of database.
    """
    from sqlalchemy.engine import make_url  # here, because whoever only writes an address down has no need of it
    from sqlalchemy.exc import ArgumentError

    if "://" not in store:
        return f"sqlite:///{(folder / store).resolve()}"
    try:
        url = make_url(store)
    except ArgumentError:
        raise SettingError(f"The 'store' setting is no address of a database: {without_password(store)!r}.") from None
    kind = url.get_backend_name()
    if kind == "postgresql":
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if kind != "sqlite":
        raise SettingError(f"A study is kept in SQLite or PostgreSQL (postgresql://host/database). Got {kind} instead.")
    return store
