"""What is done with it."""
