"""The night as a list of jobs. Imported by commands alone."""
