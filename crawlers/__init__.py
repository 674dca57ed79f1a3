"""How a site is read. May import pipeline; knows nothing of evidence, casework and desk."""
