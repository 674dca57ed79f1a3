"""The database: one SQLite file, opened here and nowhere else."""
