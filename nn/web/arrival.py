"""The training pictures that the page can begin without: they arrive while it is used."""

from __future__ import annotations

from pyscript.ffi import create_proxy
from pyscript.js_modules import glue

from nn.data.mnist import Mnist
from nn.web import dom

_FAILED = (
    "The other training pictures could not be fetched. Check your connection, then press Train "
    "again."
)


class Arrival:
    """Fetches the rest of ``mnist``, and again when it is waited for after that has failed."""

    def __init__(self, mnist: Mnist) -> None:
        self.mnist = mnist
        self._bytes, self._all = 0.0, 0.0
        self._tell = create_proxy(self._count)
        self._fetching = self._wanted = False
        self._error: ValueError | None = None

    def start(self) -> None:
        """Begin to fetch, unless that is going on or done."""
        if not (self._fetching or self.mnist.whole):
            self._fetching = True
            dom.start(self._fetch)

    def waits_for(self) -> str:
        """Return what is still on its way, in words, which is fetched from now on if it was not.

        Raises:
            ValueError: it could not be fetched, since this was called before.
        """
        if self.mnist.whole:
            return ""
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        self._wanted = True
        self.start()
        here, all_ = (f"{each / 1e6:.0f}" for each in (self._bytes, self._all))
        return f"More pictures: {here} of {all_} MB" if self._all else "More pictures"

    async def _fetch(self) -> None:
        try:
            data = await glue.moreDigits(self._tell)
            data.assign_to(self.mnist.room())
            self.mnist.arrived()
        except Exception:
            # Who does not wait for them need not know.
            self._error = ValueError(_FAILED) if self._wanted else None
            self._wanted = False
        finally:
            self._fetching = False

    def _count(self, arrived: float, of: float) -> None:
        self._bytes, self._all = arrived, of
