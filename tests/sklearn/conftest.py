"""Checks compile dozens of small programs: what the compiler saves in running time is nothing beside its own."""

import pytest


@pytest.fixture(autouse=True, scope="module")
def all_compiled_quickly(quick_compilation: None) -> None:
    """Nothing here runs for long."""
