"""Downloads: whole and right, or an error in one line. Every server is a real one on loopback."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest

from tools.download import DownloadError, fetch

CONTENT = b"sixteen bytes..."
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


@contextmanager
def serving(claimed_length: int, body: bytes, hang: bool = False) -> Iterator[str]:
    """Address of a server that claims a length, sends `body`, and then closes or hangs."""
    over = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(claimed_length))
            self.end_headers()
            self.wfile.write(body)
            if hang:
                over.wait()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/file"
    finally:
        over.set()
        server.shutdown()
        server.server_close()


def test_a_whole_file_with_the_right_hash_is_returned() -> None:
    with serving(len(CONTENT), CONTENT) as url:
        assert fetch(url, SHA256, timeout=5) == CONTENT


def test_a_download_that_breaks_off_says_where() -> None:
    with (
        serving(1000, CONTENT) as url,
        pytest.raises(DownloadError, match=r"/file: broke off after 16 bytes$"),
    ):
        fetch(url, SHA256, timeout=5)


def test_another_file_under_the_same_name_is_refused() -> None:
    with (
        serving(4, b"html") as url,
        pytest.raises(DownloadError, match=r"/file: wrong SHA-256$"),
    ):
        fetch(url, SHA256, timeout=5)


@pytest.mark.parametrize("sent", [b"", CONTENT[:4]], ids=["at once", "half-way"])
def test_a_server_that_falls_silent_is_given_up(sent: bytes) -> None:
    with (
        serving(len(CONTENT), sent, hang=True) as url,
        pytest.raises(DownloadError, match="timed out"),
    ):
        fetch(url, SHA256, timeout=0.2)


def test_a_server_that_is_not_there_is_one_line() -> None:
    with serving(0, b"") as url:
        pass
    with pytest.raises(DownloadError, match=r"^http://.*Connection refused$"):
        fetch(url, SHA256, timeout=5)


def test_a_file_the_server_lacks_is_one_line() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        with pytest.raises(DownloadError, match=r"^http://[^\n]*Unsupported method[^\n]*$"):
            fetch(f"http://127.0.0.1:{server.server_port}/file", SHA256, timeout=5)
    finally:
        server.shutdown()
        server.server_close()
