"""The gate for a browser: one request on a connection, whatever the server would rather have."""

import socket
import threading
from contextlib import contextmanager

import pytest

from pipeline.base.gateway import gateway_in_thread
from pipeline.base.urls import gate_for

KEPT = b"Connection: keep-alive\r\nKeep-Alive: timeout=60\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def keeping_open(answer):
    """Serve one answer a connection, and keep it open, asked to or not."""
    kept = []

    def serve(server):
        while True:
            try:
                one = server.accept()[0]
            except OSError:
                return
            kept.append(one)
            one.recv(65_536)
            one.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, args=(server,), daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    for one in kept:
        one.close()


def asked(answer, ending):
    """Return what a browser hears, up to ``ending``."""
    with keeping_open(answer) as port, gateway_in_thread(gate_for([f"127.0.0.1:{port}"])) as way:
        there = ("127.0.0.1", int(way.proxy["server"].rpartition(":")[2]))
        with socket.create_connection(there, timeout=10) as browser:
            browser.sendall(f"GET http://127.0.0.1:{port}/ HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            heard = b""
            while not heard.endswith(ending) and (data := browser.recv(65_536)):
                heard += data
    return heard


def test_a_browser_is_told_that_no_other_request_may_follow():
    """Else it sends the next one, for any host, down a connection that was checked for this."""
    heard = asked(b"HTTP/1.1 200 OK\r\n" + KEPT, b"ok")

    assert b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok" == heard


def test_what_comes_before_an_answer_is_passed_on_as_it_is():
    """Early hints are no answer; the answer after them is the one that closes."""
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"

    heard = asked(hints + b"HTTP/1.1 200 OK\r\n" + KEPT, b"ok")

    assert heard.startswith(hints + b"HTTP/1.1 200 OK\r\nConnection: close\r\n")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nok",
        b"no head " + b"x" * 200_000 + b"ok",
    ],
    ids=["websocket", "no head"],
)
def test_what_is_no_answer_with_a_head_comes_through_untouched(answer):
    """A socket that was switched keeps its Connection line."""
    assert answer == asked(answer, b"ok")
