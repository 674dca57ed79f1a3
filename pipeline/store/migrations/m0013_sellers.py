"""The way from a seller to all that he put up: for the card beside a listing."""

from sqlite_utils import Database, Migrations

from pipeline.store.migrations.statements import run_script

migrations = Migrations("m0013_sellers")

_TABLES = """
create index listings_of_seller on listings
    (source, json_extract(content, '$.seller.site_id')) where content <> '';
"""


@migrations()
def m0013_sellers(db: Database) -> None:
    """Index listings by the site's own id of their seller."""
    run_script(db, _TABLES)
