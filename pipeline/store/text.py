"""Makes any text fit to be a row: SQLite takes no half character and stops reading at NUL."""


def storable(text: str) -> str:
    """Return ``text`` without NUL, with U+FFFD for every half of a character.

    Two halves that belong together (a pair from JSON escapes) become their character.
    """
    if "\0" in text:
        text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
