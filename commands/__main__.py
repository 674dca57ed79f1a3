"""``python -m commands`` is ``shouyi``."""

from commands import main

main()
