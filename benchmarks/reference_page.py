"""The reference page of benchmark ``snapshot``: a listing with ten photographs of 114 kB."""

import io
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image, ImageFilter

PICTURES = 10
PICTURE_BYTES = 114_000
_SEED = 20261125


def photographs() -> list[bytes]:
    """Return ten JPEGs of that size, as a camera makes them: soft shapes and some grain."""
    chance = random.Random(_SEED)  # noqa: S311 - dice, not keys
    return [_photograph(chance) for _ in range(PICTURES)]


def _photograph(chance: random.Random) -> bytes:
    shapes = Image.frombytes("RGB", (12, 9), chance.randbytes(12 * 9 * 3))
    soft = shapes.resize((800, 600), Image.Resampling.BICUBIC)
    grain = Image.frombytes("RGB", (800, 600), chance.randbytes(800 * 600 * 3))
    grain = grain.filter(ImageFilter.GaussianBlur(1.2))
    photo = Image.blend(soft, grain, 0.22)
    best = b""
    for quality in range(40, 97, 3):
        written = io.BytesIO()
        photo.save(written, "JPEG", quality=quality)
        if len(written.getvalue()) > PICTURE_BYTES:
            break
        best = written.getvalue()
    return best + bytes(PICTURE_BYTES - len(best))  # what follows the end of a JPEG is not drawn


PAGE = (
    '<!doctype html><meta charset="utf-8"><title>出只画眉 - 花票网</title>'
    '<body style="font-family:sans-serif;margin:20px"><h1>出只画眉</h1><p>1200元</p><p>老王</p>'
    "<p>自家笼养的，叫口好，沈阳自提，有意者联系，只此一只。</p>"
    + "".join(
        f'<p><img src="/photo/{n}.jpg" width=800 height=600 loading=lazy></p>'
        for n in range(PICTURES)
    )
    + "</body>"
)
"""The pictures load when they come into sight, as on the sites that we read."""


@contextmanager
def reference_page() -> Iterator[str]:
    """Serve the page on loopback; give its ``host:port``."""
    photos = photographs()

    class Shop(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            is_photo = self.path.startswith("/photo/")
            body = photos[int(self.path[7:-4])] if is_photo else PAGE.encode()
            self.send_response(200)
            kind = "image/jpeg" if is_photo else "text/html; charset=utf-8"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Say nothing: the benchmark speaks."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Shop) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
