"""What the linter sees of a training while it goes on: in a person's own loop, in a trial, in Piste's engine."""
