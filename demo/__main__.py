"""``python -m demo [NIGHT]``: the market alone, without a home."""

import contextlib
import sys
import time

from demo.market import Market
from demo.stock import NIGHTS


def main() -> None:
    """Serve the market until Ctrl-C."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else "1"
    if wanted not in {str(night) for night in NIGHTS}:
        sys.exit(f"python -m demo [NIGHT]: the market knows the nights 1, 2 and 3, not {wanted}")
    with Market(int(wanted)) as market, contextlib.suppress(KeyboardInterrupt):
        for shop in market.shops.values():
            sys.stdout.write(f"{shop.key}\t{shop.family}\t{shop.url}\t{shop.name}\n")
        sys.stdout.flush()
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
