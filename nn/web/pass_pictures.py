"""The pictures beside a page: what is given, weights, what comes out, and the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nn.explain import Walk
from nn.explain.figures import shown
from nn.explain.window import Window, window_of
from nn.web import dom, pictures
from nn.web.pass_diagram import diagram, fits


class PassPictures:
    """The pictures, in which places can be clicked.

    Args:
        box: the element that holds them.
        choose: called with a level and a place of it, flat.
    """

    def __init__(self, box: Any, choose: Callable[[int, int], None]) -> None:
        self._box = box
        self._choose = choose
        dom.on(box, "click", self._click)

    def show(self, walk: Walk, stop: int) -> None:
        """Show the pictures of a page."""
        phase, layer = walk.stops[stop]
        if phase == "sample":
            figures = self._level(walk, 0, "The sample", walk.trace.raw[0], None)
        elif phase == "forward" and layer is not None:
            figures = self._forward(walk, layer)
        elif phase == "backward" and layer is not None:
            figures = self._backward(walk, layer)
        else:
            figures = []
        if fits(walk):
            figures = [diagram(walk, stop), *figures]
        self._box.replaceChildren(*figures)

    def _forward(self, walk: Walk, i: int) -> list[Any]:
        trace, unit = walk.trace, walk.units[i + 1]
        window = window_of(walk, i)
        figures = self._level(walk, i, "x, what it is given", trace.x[i][0], window)
        kernel = trace.network.layers[i].views.get("kernel")
        if kernel is not None and kernel.ndim == 2 and len(trace.z[i][0].shape) == 1:
            figures += self._level(walk, i, "w, its weights", kernel[:, unit], None)
            products = trace.x[i][0] * kernel[:, unit]
            figures += self._level(walk, i, "x · w", products, None)
        figures += self._level(walk, i + 1, "y, what comes out", trace.x[i + 1][0], None)
        return figures + ([_window(window, walk, i)] if window is not None else [])

    def _backward(self, walk: Walk, i: int) -> list[Any]:
        trace, unit = walk.trace, walk.units[i + 1]
        figures = self._level(walk, i + 1, "∂L/∂z", trace.dz[i][0], None)
        slope = trace.slopes[i].get("kernel")
        if slope is not None and slope.ndim == 2:
            unit %= slope.shape[1]
            figures += self._level(walk, i, "∂L/∂w of its weights", slope[:, unit], None)
        elif slope is not None and slope.ndim == 4:
            channel = walk.source(i) % slope.shape[2]
            kernel = slope[:, :, channel, unit % slope.shape[3]].astype(np.float64)
            figures.append(_numbers("∂L/∂w of the kernel", kernel, None))
        return figures

    def _level(
        self, walk: Walk, level: int, caption: str, numbers: np.ndarray, window: Window | None
    ) -> list[Any]:
        """Return a figure of the numbers of a level, one channel; nothing if it is no picture."""
        shape = walk.names.shapes[level]
        if len(shape) != 3 or shape[0] * shape[1] < 2 or numbers.size != np.prod(shape):
            return []
        place = walk.units[level] if level == len(walk.units) - 1 else walk.source(level)
        row, column, channel = (int(n) for n in np.unravel_index(place, shape))
        numbers = numbers.reshape(shape)
        if numbers.dtype == np.uint8:
            rgba = pictures.shown(numbers)
        else:
            rgba = pictures.tiles(numbers[np.newaxis, :, :, channel], 1)[:-1, :-1]
        if shape[2] > 1:
            caption += f" ({walk.names.channel(level)} {channel + 1})"
        canvas = dom.new("canvas", role="img")
        ink = numbers.dtype == np.uint8 and shape[2] == 1
        canvas.className = "pixels ink" if ink else "pixels"
        canvas.ariaLabel = f"{caption}: {shape[0]} by {shape[1]}"
        pictures.paint(canvas, np.ascontiguousarray(rgba))
        frame = dom.new("div")
        frame.className = "frame"
        frame.dataset.level = str(level)
        frame.dataset.shape = ",".join(map(str, shape))
        frame.dataset.channel = str(channel)
        frame.append(canvas)
        if window is not None:
            frame.append(_outline("window", window.rows, window.columns, shape))
        here = range(row, row + 1), range(column, column + 1)
        frame.append(_outline("here", *here, shape))
        figure = dom.new("figure")
        figure.append(frame, dom.new("figcaption", caption))
        return [figure]

    def _click(self, event: Any) -> None:
        node = event.target.closest(".node")
        if node:
            self._choose(int(node.dataset.level), int(node.dataset.place))
            return
        frame = event.target.closest(".frame")
        if not frame:
            return
        box = frame.firstChild.getBoundingClientRect()
        shape = [int(n) for n in frame.dataset.shape.split(",")]
        index = [
            min(max(int(share * size), 0), size - 1)
            for share, size in (
                ((event.clientY - box.top) / box.height, shape[0]),
                ((event.clientX - box.left) / box.width, shape[1]),
            )
        ]
        place = np.ravel_multi_index((*index, int(frame.dataset.channel)), shape)
        self._choose(int(frame.dataset.level), int(place))


def _outline(kind: str, rows: range, columns: range, shape: tuple[int, ...]) -> Any:
    """Return a frame around some pixels, as shares of the picture."""
    mark = dom.new("span", aria_hidden="true")
    mark.className = kind
    top, bottom = max(rows.start, 0), min(rows.stop, shape[0])
    left, right = max(columns.start, 0), min(columns.stop, shape[1])
    style = mark.style
    style.top, style.height = f"{100 * top / shape[0]}%", f"{100 * (bottom - top) / shape[0]}%"
    style.left, style.width = f"{100 * left / shape[1]}%", f"{100 * (right - left) / shape[1]}%"
    return mark


def _window(window: Window, walk: Walk, i: int) -> Any:
    """Return the numbers of a window: patch, kernel and products, and a button that moves it."""
    box = dom.new("div")
    box.className = "window"
    box.append(_numbers("Patch x", window.patch, window.winner or window.chosen))
    products = window.products
    if window.kernel is not None and products is not None:
        box.append(_numbers("Kernel w", window.kernel, window.chosen))
        box.append(_numbers("x · w", products, window.chosen))
        box.append(dom.new("p", f"The sum of these products: {shown(float(products.sum()))}."))
    elif window.winner is not None:
        box.append(dom.new("p", "The winner is framed."))
    slide = dom.new("button", "Slide the window on", type="button", data_key="slide")
    slide.dataset.level, slide.dataset.place = str(i + 1), str(_next_window(walk, i))
    box.append(slide)
    return box


def _next_window(walk: Walk, i: int) -> int:
    """Return the unit to the right, of the same filter, or the first one of the next row."""
    size, filters = walk.trace.z[i][0].size, walk.trace.z[i].shape[-1]
    return int((walk.units[i + 1] + filters) % size)


def _numbers(caption: str, numbers: np.ndarray, framed: tuple[int, int] | None) -> Any:
    """Return a table of numbers, tinted as they are large, above 0 or below."""
    table = dom.new("table")
    table.className = "grid"
    table.append(dom.new("caption", caption))
    largest = float(np.abs(numbers).max()) or 1.0
    for row, line in enumerate(numbers.tolist()):
        cells = dom.new("tr")
        for column, number in enumerate(line):
            cell = dom.new("td", _short(number))
            cell.title = shown(number)
            cell.style.setProperty("--share", f"{abs(number) / largest * 30:.0f}%")
            cell.className = "below" if number < 0 else "above"
            if (row, column) == framed:
                cell.classList.add("framed")
            cells.append(cell)
        table.append(cells)
    return table


def _short(number: float) -> str:
    text = f"{number:.2f}" if abs(number) < 100 else f"{number:.0f}"
    text = "0" if float(text) == 0 else text
    return text.replace("-", "−")
