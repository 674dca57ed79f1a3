"""How they talk, and where."""
