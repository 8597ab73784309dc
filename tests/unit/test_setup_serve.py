"""The development server."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path
from threading import Thread

import pytest

from tools.errors import SetupError
from tools.serve import make_server


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Address of a server of `tmp_path`."""
    monkeypatch.setenv("no_proxy", "*")
    server = make_server(tmp_path)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


def get(url: str, **headers: str) -> HTTPResponse:
    response: HTTPResponse = urllib.request.urlopen(urllib.request.Request(url, headers=headers))
    return response


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("index.html", "text/html"),
        ("glue.js", "text/javascript"),
        ("pyodide.mjs", "text/javascript"),
        ("pyodide.asm.wasm", "application/wasm"),
        ("weights.json", "application/json"),
        ("pyscript.toml", "application/toml"),
        ("images.gz", "application/gzip"),
    ],
)
def test_each_file_has_its_type(address: str, tmp_path: Path, name: str, kind: str) -> None:
    (tmp_path / name).write_bytes(b"content")
    with get(f"{address}/{name}") as response:
        assert response.headers["Content-Type"] == kind
        # Otherwise the browser would unpack the gzipped data sets before the page sees them.
        assert response.headers["Content-Encoding"] is None
        assert response.read() == b"content"


def test_an_edited_file_is_never_served_stale(address: str, tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("")
    with get(f"{address}/model.py") as response:
        assert response.headers["Cache-Control"] == "no-cache"
        changed = response.headers["Last-Modified"]
    with pytest.raises(urllib.error.HTTPError, match="304"):
        get(f"{address}/model.py", **{"If-Modified-Since": changed})


def test_a_port_that_is_taken_is_one_clear_line(address: str, tmp_path: Path) -> None:
    port = int(address.rsplit(":", 1)[1])
    with pytest.raises(SetupError, match=rf"^Cannot serve on port {port}: Address already in use"):
        make_server(tmp_path, port)


def test_a_port_that_cannot_be_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"^Cannot serve on port 65536: it is not between"):
        make_server(tmp_path, 65536)


def test_a_compressed_copy_is_sent_to_who_accepts_it(address: str, tmp_path: Path) -> None:
    for name in ("page.js", "page.js.br", "page.js.gz"):
        (tmp_path / name).write_text(name)
    for accepted, encoding, name in (
        ("gzip, deflate, br", "br", "page.js.br"),
        ("gzip;q=0.8", "gzip", "page.js.gz"),
        ("identity", None, "page.js"),
    ):
        with get(f"{address}/page.js", **{"Accept-Encoding": accepted}) as response:
            assert response.headers["Content-Encoding"] == encoding
            assert response.headers["Content-Type"] == "text/javascript"
            assert response.read().decode() == name


def test_a_compressed_copy_is_not_sent_again(address: str, tmp_path: Path) -> None:
    for name in ("page.js", "page.js.br"):
        (tmp_path / name).write_text(name)
    with get(f"{address}/page.js", **{"Accept-Encoding": "br"}) as response:
        tag = response.headers["ETag"]
    with pytest.raises(urllib.error.HTTPError, match="304"):
        get(f"{address}/page.js", **{"Accept-Encoding": "br", "If-None-Match": tag})


@pytest.mark.parametrize("folder", ["files", "start"])
def test_what_is_named_by_its_hash_is_kept_for_ever(
    address: str, tmp_path: Path, folder: str
) -> None:
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "page-0123abcd.js").write_text("")
    with get(f"{address}/{folder}/page-0123abcd.js") as response:
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_the_page_is_renewed_before_it_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    texts = iter(["first", "second"])

    def renew() -> None:
        text = next(texts, None)
        if text is None:
            raise SetupError("What it is made of is broken.")
        (tmp_path / "index.html").write_text(text)

    server = make_server(tmp_path, renew=renew)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    address = f"http://localhost:{server.server_port}/"
    for expected in (b"first", b"second"):
        with get(address) as response:
            assert response.read() == expected
    with pytest.raises(urllib.error.HTTPError) as refused:
        get(address)
    assert b"What it is made of is broken." in refused.value.read()
    server.shutdown()
    server.server_close()
