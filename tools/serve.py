"""`python3 -m tools.serve [PORT]`: the page at http://localhost:PORT, for one machine's use."""

import os
import sys
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any

from tools import publish
from tools.errors import SetupError, told_in_one_line

ROOT = Path(__file__).resolve().parent.parent


_ENCODINGS = {".br": "br", ".gz": "gzip"}
_FOR_EVER = "public, max-age=31536000, immutable"


class Handler(SimpleHTTPRequestHandler):
    """Files, compressed where there is a compressed copy beside them.

    The browser keeps those whose names tell their content, and asks for others again each time,
    so that an edited one is never stale.
    """

    protocol_version = "HTTP/1.1"
    renew: Callable[[], None] | None = None
    """Called before the page itself is sent."""

    # Named here because Python otherwise takes them from the machine, and machines differ.
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".css": "text/css",
        ".html": "text/html",
        ".js": "text/javascript",
        ".json": "application/json",
        ".mjs": "text/javascript",
        ".py": "text/x-python",
        ".svg": "image/svg+xml",
        ".webmanifest": "application/manifest+json",
        ".toml": "application/toml",
        ".wasm": "application/wasm",
    }

    def do_GET(self) -> None:
        if self.renew and self.path.partition("?")[0] in ("/", "/index.html"):
            try:
                self.renew()
            except SetupError as error:
                self.send_error(500, explain=str(error))
                return
        super().do_GET()

    def send_head(self) -> Any:
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            path /= "index.html"
        accepted = {each.split(";")[0].strip() for each in self._header("Accept-Encoding")}
        for suffix, encoding in _ENCODINGS.items():
            copy = path.with_name(path.name + suffix)
            if encoding in accepted and copy.is_file():
                return self._send_copy(copy, encoding)
        return super().send_head()

    def _header(self, name: str) -> list[str]:
        return self.headers.get(name, "").split(",")

    def _send_copy(self, copy: Path, encoding: str) -> Any:
        file = copy.open("rb")
        status = os.fstat(file.fileno())
        tag = f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
        known = tag in self._header("If-None-Match")
        self.send_response(304 if known else 200)
        self.send_header("ETag", tag)
        self.send_header("Vary", "Accept-Encoding")
        if not known:
            self.send_header("Content-Type", self.guess_type(str(copy.with_suffix(""))))
            self.send_header("Content-Encoding", encoding)
            self.send_header("Content-Length", str(status.st_size))
        self.end_headers()
        if known:
            file.close()
            return None
        return file

    def end_headers(self) -> None:
        kept = self.path.startswith(publish.KEPT_FOR_EVER)
        self.send_header("Cache-Control", _FOR_EVER if kept else "no-cache")
        super().end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class Server(ThreadingHTTPServer):
    """A server that says nothing when a browser closes a connection half-way."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Renewal:
    """Makes the site anew when what it is made of has changed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = Lock()
        self._made_of: dict[Path, int] = {}

    def __call__(self) -> None:
        with self._lock:
            found = publish.sources(self._root)
            if found != self._made_of:
                publish.publish(self._root)
                self._made_of = found


def make_server(
    folder: Path, port: int = 0, renew: Callable[[], None] | None = None
) -> ThreadingHTTPServer:
    """A server of `folder` on this machine's loopback; `serve_forever()` starts it.

    Args:
        folder: what `/` stands for.
        port: 0 takes a free one; `server_port` of the result says which.
        renew: called before the page is sent; a SetupError of it is sent instead.

    Raises:
        SetupError: the port cannot be had.
    """
    handler = type("RenewingHandler", (Handler,), {"renew": staticmethod(renew) if renew else None})
    try:
        return Server(("127.0.0.1", port), partial(handler, directory=str(folder)))
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not between 0 and 65535"
        raise SetupError(
            f"Cannot serve on port {port}: {reason}. Choose another with `make serve PORT=8001`."
        ) from error


def main() -> None:
    """Serve the checkout's page until Ctrl-C, as it is when it is asked for."""
    port = sys.argv[1] if len(sys.argv) > 1 else "8000"
    with told_in_one_line():
        if not port.isdecimal():
            raise SetupError(f"PORT is `{port}`, not a number such as 8000.")
        renewal = Renewal(ROOT)
        renewal()
        server = make_server(ROOT / publish.SITE, int(port), renewal)
    print(f"Serving on http://localhost:{server.server_port} (Ctrl-C stops it)", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main()
