"""``python -m demo [NIGHT]``: the market alone, without a home."""

import contextlib
import sys
import time

from demo.market import Market


def main() -> None:
    """Serve the market until Ctrl-C."""
    night = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    with Market(night) as market, contextlib.suppress(KeyboardInterrupt):
        for shop in market.shops.values():
            sys.stdout.write(f"{shop.key}\t{shop.family}\t{shop.url}\t{shop.name}\n")
        sys.stdout.flush()
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
