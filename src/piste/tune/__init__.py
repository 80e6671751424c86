"""The search: spaces of settings, what is drawn from them, and hundreds of networks trained at once."""
