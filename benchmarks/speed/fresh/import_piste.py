"""Import Piste, and nothing more."""

import piste  # noqa: F401
