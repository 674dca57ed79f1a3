"""What speaks for an honest reading; lowers the score."""
