"""What a court will look at. May import pipeline."""
