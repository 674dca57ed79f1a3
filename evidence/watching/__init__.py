"""Watched until gone: what became of a listing after it was kept, and when."""
