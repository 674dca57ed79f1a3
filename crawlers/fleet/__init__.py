r"""Several machines that crawl together, over Redis. Loaded only where `redis_url` is set.

::

    ledger --pages--> crawlers --read--> judges --judged--> ledger --> SQLite
                         \________________dead letters_______/

The ledger (:mod:`crawlers.fleet.ledger`) is the one process that writes the database, and the
table ``run_pages`` there stays the truth: Redis only carries. Each piece of work is on lease
to whoever took it, and handed on in the very transaction that gives it back; the ledger gives
it back after its commit. So whatever dies (a worker, the ledger, Redis), work may be done
twice, and is kept once.
"""
