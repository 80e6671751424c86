"""The parts of a report, one file each: pure functions from records to blocks."""
