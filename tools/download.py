"""One file over HTTP, whole and with the right hash, or not at all."""

import http.client
import urllib.error
import urllib.request

from tools import files
from tools.errors import SetupError


class DownloadError(SetupError):
    """The file did not come, came in part or is not the one that was asked for."""


def fetch(url: str, sha256: str, timeout: float) -> bytes:
    """The content of `url`.

    Args:
        url: an HTTP address.
        sha256: what the content must have, as hexadecimal digits.
        timeout: how long the server may stay silent, in seconds.

    Raises:
        DownloadError: there is no answer, it breaks off or its hash is another.
    """
    try:
        with urllib.request.urlopen(url, timeout=timeout) as response:
            data: bytes = response.read()
    except urllib.error.URLError as error:
        raise DownloadError(f"{url}: {error.reason}") from error
    except http.client.IncompleteRead as error:
        raise DownloadError(f"{url}: broke off after {len(error.partial):,} bytes") from error
    except (http.client.HTTPException, OSError) as error:
        raise DownloadError(f"{url}: {error}") from error
    if files.sha256(data) != sha256:
        raise DownloadError(f"{url}: wrong SHA-256")
    return data
