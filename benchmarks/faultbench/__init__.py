"""How many planted faults the linter finds, and how often it alarms where there is none."""

import piste  # before JAX, which it keeps from writing false alarms

__all__ = ["piste"]
