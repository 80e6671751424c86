"""What the linter finds in real data with known faults, how long it takes, and what peers find there."""
