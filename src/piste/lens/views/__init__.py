"""Views of a network: what is computed to be shown, from functions and arrays alone. Nothing is drawn here."""
