"""All tables, one step a file, forward only: one picture of the data.

A step is never edited once it is on main; a change is a new step.
"""

from pipeline.store.migrations import (
    m0001_listings,
    m0002_crawls,
    m0003_people,
    m0004_evidence,
    m0005_counts,
    m0006_watch,
    m0007_seals,
    m0008_desk,
    m0010_sources,
    m0012_rights,
    m0013_lexicon,
    m0013_sellers,
    m0014_fleet,
    m0015_patrols,
    m0017_desk,
    m0018_api,
)

MIGRATIONS = (
    m0001_listings.migrations,
    m0002_crawls.migrations,
    m0003_people.migrations,
    m0004_evidence.migrations,
    m0005_counts.migrations,
    m0006_watch.migrations,
    m0007_seals.migrations,
    m0008_desk.migrations,
    m0010_sources.migrations,
    m0012_rights.migrations,
    m0013_sellers.migrations,
    m0013_lexicon.migrations,
    m0014_fleet.migrations,
    m0015_patrols.migrations,
    m0017_desk.migrations,
    m0018_api.migrations,
)
"""In the order they are applied. Each file is one named set with one step."""
