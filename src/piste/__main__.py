"""`python -m piste` is `piste`."""

import sys

from piste.cli import main

if __name__ == "__main__":
    sys.exit(main())
