"""The web desk. May import casework, evidence and pipeline; never crawlers."""
