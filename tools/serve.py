"""`python3 -m tools.serve [PORT]`: the checkout at http://localhost:PORT, for one machine's use."""

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tools import archive
from tools.errors import SetupError, told_in_one_line

ROOT = Path(__file__).resolve().parent.parent


class Handler(SimpleHTTPRequestHandler):
    """Files that the browser asks for again each time, so that an edited one is never stale.

    For the same reason the archive of `nn/` is made anew when it is asked for.
    """

    # Named here because Python otherwise takes them from the machine, and machines differ.
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".css": "text/css",
        ".html": "text/html",
        ".js": "text/javascript",
        ".json": "application/json",
        ".mjs": "text/javascript",
        ".py": "text/x-python",
        ".svg": "image/svg+xml",
        ".toml": "application/toml",
        ".wasm": "application/wasm",
    }

    def do_GET(self) -> None:
        folder = Path(self.directory)
        if self.path.split("?")[0] == f"/{archive.NAME}" and (folder / "nn").is_dir():
            archive.fill(folder)
        super().do_GET()

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class Server(ThreadingHTTPServer):
    """A server that says nothing when a browser closes a connection half-way."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def make_server(folder: Path, port: int = 0) -> ThreadingHTTPServer:
    """A server of `folder` on this machine's loopback; `serve_forever()` starts it.

    Args:
        folder: what `/` stands for.
        port: 0 takes a free one; `server_port` of the result says which.

    Raises:
        SetupError: the port cannot be had.
    """
    try:
        return Server(("127.0.0.1", port), partial(Handler, directory=str(folder)))
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not between 0 and 65535"
        raise SetupError(
            f"Cannot serve on port {port}: {reason}. Choose another with `make serve PORT=8001`."
        ) from error


def main() -> None:
    """Serve the checkout until Ctrl-C."""
    port = sys.argv[1] if len(sys.argv) > 1 else "8000"
    with told_in_one_line():
        if not port.isdecimal():
            raise SetupError(f"PORT is `{port}`, not a number such as 8000.")
        server = make_server(ROOT, int(port))
    print(f"Serving on http://localhost:{server.server_port} (Ctrl-C stops it)", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main()
