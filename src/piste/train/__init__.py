"""The engine: compiled training, and what it needs of the machine."""
