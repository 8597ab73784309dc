"""What a lab was, which this browser keeps: brought back by a visit, by Undo, and after a crash."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pyscript import document, window
from pyscript.js_modules import glue

from nn.experiment import snapshot
from nn.experiment.settings import Settings, SettingsError, parse
from nn.formats import packed
from nn.labs import kept
from nn.labs.draft import Draft
from nn.progress import Progress
from nn.web import dom, files
from nn.web.job import BUDGET
from nn.web.keeper import EVERY, Keeper, Part, text_part
from nn.web.plan import Run

if TYPE_CHECKING:
    from nn.web.lab import Lab

S = TypeVar("S", bound=Settings)

VERSION = 1
_SMALL = {"lab", "figures", "log", "trail"}
"""Parts that are written anew by each visit."""

_FORMER, _ASIDE = "former ", "aside "
"""Before the names of parts that Undo brings back, and of those that could not be read."""


class Memory(Generic[S]):
    """Keeps a lab, and brings it back.

    What a lab has beside its network, its settings and its figures, it names in ``kept_parts``.
    """

    def __init__(self, lab: Lab[S]) -> None:
        self._lab = lab
        self._keeper = Keeper(lab.name)
        self._own: dict[str, Part] = {
            "lab": text_part(self._facts),
            "network": Part(self._moment, lambda key: snapshot.dumps(lab.experiment)),
            "figures": Part(lambda: lab.meter.changes, lambda key: _json(lab.meter.kept())),
            "test": Part(lambda: lab.test_result, lambda key: kept.pack_test(*key) if key else b""),
            "trail": Part(lambda: lab.trail.changes, lambda key: self._trail()),
            **lab.kept_parts(),
        }
        log = text_part(lambda: str(glue.logged(lab.name)))
        draft = text_part(lambda: lab.draft.dumps())
        # Undo is about the network, not about these.
        others = {"log": log, "draft": draft, **lab.panels.kept_parts()}
        self._keeper.parts = {**self._own, **others}
        self._button = lab.parts.element("undo")
        lab.parts.click("undo", self._undo)
        dom.on(document, "visibilitychange", lambda event: self._hidden())
        dom.on(window, "pagehide", lambda event: self.write())

    async def open(self) -> bool:
        """Bring back what is kept, and keep the lab from now on; return whether any was.

        A link's settings win: what is kept is then offered.
        """
        lab, found = self._lab, await self._keeper.read()
        former = {
            name.removeprefix(_FORMER): data
            for name, data in found.items()
            if name.startswith(_FORMER)
        }
        now = {n: data for n, data in found.items() if not n.startswith((_FORMER, _ASIDE))}
        linked, back = lab.form.linked, False
        if "log" in now:
            glue.relog(lab.name, now.pop("log").decode())
        if "draft" in now:
            lab.draft = Draft.loads(now.pop("draft").decode())
            lab.panels.refresh()
        if now:
            same = linked is None or glue.reloaded() or linked.fields() == _said(now, "form")
            if same and self._is_here(now):
                self._keeper.written(found.keys() - _SMALL)
            elif same:
                back = await self._bring_back(now, form=True)
                if back and linked is not None:
                    lab.write_form(linked)
                lab.form.write_early()
            elif _said(now, "worth"):
                former = now
                dom.announce("These are the link's settings. Undo brings your previous work back")
        self._offer(former)
        if back:
            self._keeper.written(found.keys() - _SMALL)
        dom.start(self._watch)
        return back

    def _is_here(self, kept: dict[str, bytes]) -> bool:
        """Whether what is kept is just what there is: that of a visit in which nothing was done."""
        parts = {**self._own, **self._lab.panels.kept_parts()}.items()
        return all(kept.get(name, b"") == part.make(part.key()) for name, part in parts)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            if self._lab.shown.is_set():
                self.tick()

    def _hidden(self) -> None:
        if document.hidden:
            self.write()

    def tick(self) -> None:
        """Keep the lab as it is, if it is time for that."""
        self._keeper.tick()

    def write(self) -> None:
        """Keep the lab as it is, at once."""
        self._keeper.write()

    # ---- What came before.

    def now(self) -> dict[str, bytes]:
        """Return the lab as it is, for Undo; nothing if its network has learnt nothing."""
        if not self._lab.experiment.history.samples:
            return {}
        return {name: part.make(part.key()) for name, part in self._own.items()}

    def offer(self, former: dict[str, bytes]) -> None:
        """Let Undo bring back what was, if it was anything, in the place of what came before."""
        if former:
            self._offer(former)
            self.write()

    @contextmanager
    def undoable(self) -> Iterator[None]:
        """Let Undo bring back the lab as it is now from what is done to it here."""
        former = self.now()
        yield
        self.offer(former)

    def _offer(self, former: dict[str, bytes]) -> None:
        self._former = former
        self._button.hidden = not former
        self._button.title = "Back to the previous network, its data and its settings"
        self._put(_FORMER, former)

    def _put(self, prefix: str, parts: dict[str, bytes]) -> None:
        """Keep parts as they are from now on, under names of their own."""
        written = self._keeper.parts
        for name in [name for name in written if name.startswith(prefix)]:
            del written[name]
        for name, data in parts.items():
            written[prefix + name] = Part(partial(bytes, data), bytes)

    async def _undo(self) -> None:
        former = self._former
        self._offer({})
        if former and await self._bring_back(former, form=False):
            self.write()
            dom.announce(f"The previous network is back: {self._lab.shape}")

    # ---- As bytes, and back.

    def _facts(self) -> str:
        lab, run = self._lab, self._lab.plan.run
        return json.dumps(
            {
                "version": VERSION,
                "form": lab.form.texts(),
                "made": lab.made_with.fields(),
                "run": run is not None,
                "speed": lab.speed.word,
                "worth": lab.own
                or lab.panels.own
                or bool(lab.experiment.history.samples or lab.edits.changes),
            }
        )

    async def _bring_back(self, parts: dict[str, bytes], form: bool) -> bool:
        """Make the lab what it was; where that cannot be read, say so and return False.

        The form is as it was, or says how the network was made.
        """
        lab = self._lab
        try:
            facts = json.loads(parts["lab"])
            if facts["version"] != VERSION:
                raise ValueError(f"version {facts['version']} is not {VERSION}")
            made = parse(facts["made"], lab.defaults)
            experiment = snapshot.loads(parts["network"], lab.defaults)
            show = await lab.read_parts(parts, experiment)
            lab.forget_run()
            show()
            lab.write_form(made)
            lab.adopt(experiment, made)
            self._go_on(facts["run"])
            lab.meter.bring_back(json.loads(parts["figures"]))
            if "trail" in parts:
                lab.trail.bring_back(packed.unpack(parts["trail"])[1]["path"])
            if form:
                self._write_form(facts["form"])
                if lab.form.linked is None:
                    lab.speed.follow(facts.get("speed"))
            lab.show_parts(parts)
            if test := parts.get("test"):
                lab.tested(*kept.unpack_test(test))
            lab.panels.bring_back(parts)
            lab.stop()
        except files.NotFetched as error:
            # What is kept stays as it is, for a visit that can read it.
            self._keeper.on = False
            dom.complain(ValueError(f"your work in this lab is still kept, but {error}: reload"))
            return False
        except Exception as error:
            window.console.warn("".join(traceback.format_exception(error)))
            # Kept on, so that another version may read it.
            self._put(_ASIDE, parts)
            dom.complain(
                ValueError(
                    "what this browser has kept of this lab cannot be read and was set aside; the "
                    "lab starts afresh"
                )
            )
            return False
        return True

    def _trail(self) -> bytes:
        size = self._lab.experiment.model.parameters.size
        return packed.pack({}, {"path": self._lab.trail.path(size)})

    def _moment(self) -> object:
        """Return what differs once the network has been trained or tested, or is another."""
        experiment = self._lab.experiment
        history, run = experiment.history, experiment.run
        told = history.samples, history.epochs, history.test_accuracy
        return experiment, *told, run and run.position.tested, self._lab.edits.changes

    def _go_on(self, begun: bool | str | None) -> None:
        """Let Continue go on with the run that there was, if there was one."""
        lab, run = self._lab, self._lab.experiment.run
        if begun and run is not None:
            lab.check_data()

            def resume() -> Iterator[Progress]:
                limit = lab.speed.pace.limit
                return lab.experiment.resume(lab.data, lab.test_data, BUDGET, limit)

            # Samples may be drawn, which waits until there are all of them.
            chunks = lab.after_arrival(resume) if lab.waits_for() else resume()
            settings = parse(run.settings.fields(), lab.defaults)
            lab.plan.run = Run(chunks, settings)

    def _write_form(self, texts: dict[str, str]) -> None:
        """Write the form as it was, unless it said something that makes no sense."""
        lab = self._lab
        try:
            settings = parse(texts, lab.defaults)
        except SettingsError:
            return
        if settings != lab.made_with:
            lab.write_form(settings)


def _said(parts: dict[str, bytes], name: str) -> Any:
    """Return one of the facts that are kept, if they can be read."""
    try:
        return json.loads(parts["lab"])[name]
    except (KeyError, ValueError, TypeError):
        return None


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
