"""How pages are read: rules of the source file first, a class of its own where they fall short."""

PAGES: dict[str, str] = {}
"""The visible list: name of a page class, as source files write it -> its module."""
