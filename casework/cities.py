"""The fourteen cities of the province, by GB/T 2260 code (``data/places.csv``)."""

import csv
from functools import cache

from pipeline.base.settings import shipped

PROVINCE = "21"


@cache
def all_of_them() -> dict[str, str]:
    """Return code -> name, in the order of the codes: "210200" -> "大连市"."""
    with shipped("places.csv").open(encoding="utf-8", newline="") as file:
        lines = csv.DictReader(line for line in file if not line.startswith("#"))
        rows = [(row["code"], row["name"]) for row in lines]
    return {
        code: name
        for code, name in rows
        if code.startswith(PROVINCE) and code.endswith("00") and code[2:4] != "00"
    }


def name_of(code: str) -> str:
    """Return the name of the city that a place code lies in, "" where it names none."""
    return all_of_them().get(code[:4] + "00", "")
