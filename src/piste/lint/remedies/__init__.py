"""What cures a finding: one safe and exact change of a pipeline each."""
