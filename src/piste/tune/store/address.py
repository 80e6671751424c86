"""Where a store is, as it may be written down."""


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
