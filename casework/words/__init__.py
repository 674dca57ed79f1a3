"""The life of a word: proposed, tried, accepted, taken back; what is benign; the ranker."""
