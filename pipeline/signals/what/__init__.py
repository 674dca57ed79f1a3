"""Something alive, or a part of it, or what it is caught with."""
