"""How pages are read: rules of the source file first, a class of its own where they fall short."""
