"""A source file drafted from the pages themselves, and mended when the pages change.

::

    repeats   which pieces of a page repeat: its rows
    slots     what stands at each place of a row, in all rows: a column of values
    likeness  how much a column looks like prices, times, places, names
    choose    which column is which field
    detail    the same for the page of one listing
    draft     all of it, for one site; written: as a YAML file
    mend      the same once more, held against what is already stored

Nothing here decides: what comes out is a draft, and a person enables it.
"""
