"""Many small shops to crawl politely: one process, each shop a port of its own.

``python -m benchmarks.street SHOPS LISTINGS`` prints their ports in one line and serves until
its input ends. ``GET /_since`` of any of them returns pages and seconds of all together, since
it was last asked.
"""

import asyncio
import contextlib
import sys

from benchmarks.shop import Shop, shop_of


async def _serve(shop: Shop, shops: int) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(shop.answer(head.split(b" ", 2)[1].decode("latin-1")))
        writer.close()

    servers = [await asyncio.start_server(talk, "127.0.0.1", 0) for _ in range(shops)]
    print(*(server.sockets[0].getsockname()[1] for server in servers), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    for server in servers:
        server.close()


if __name__ == "__main__":
    asyncio.run(_serve(shop_of(int(sys.argv[2])), int(sys.argv[1])))
