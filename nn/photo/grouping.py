"""Which blobs of ink make up a digit, and which are none: specks, frames, edges of the paper."""

from __future__ import annotations

import numpy as np

from nn.photo.blobs import Blobs, find_blobs

Box = tuple[int, int, int, int]

_SPECK = 0.3
"""What is smaller than this share of the largest digit is none, but may be a part of one."""

_SMALLEST = 0.025
"""A digit is at least so high, as a share of the photo's longer side."""

_HELD = 0.2
"""What holds something of so large a share of its own size is a frame."""

_MOST = 30
"""A photo with more blobs than this shows text or a texture."""


_ON_STEPS = 0.35
"""What has a larger share of its ink at an edge of the light is that edge."""


def without_frames(mask: np.ndarray) -> np.ndarray:
    """Leave out what is drawn around something else of a good size, such as a box.

    Args:
        mask: (height, width) booleans, the ink.

    Example:
        >>> page = np.zeros((9, 9), bool)
        >>> page[[0, -1]] = page[:, [0, -1]] = page[3:6, 4] = True
        >>> int(without_frames(page).sum())
        3
    """
    blobs = find_blobs(mask)
    boxes = blobs.boxes
    left, top, right, bottom = boxes.T
    sizes = np.maximum(right - left, bottom - top)
    frames = []
    for each in np.flatnonzero(sizes > 0.2 * sizes.max(initial=0)):
        held = (
            (left > left[each])
            & (top > top[each])
            & (right < right[each])
            & (bottom < bottom[each])
        )
        if sizes[held].max(initial=0) > _HELD * sizes[each]:
            frames.append(each + 1)
    return mask & ~np.isin(blobs.labels, frames)


def digit_groups(blobs: Blobs, mask: np.ndarray, steps: np.ndarray) -> list[tuple[list[int], Box]]:
    """Return the blobs' labels of each digit, and its box, in reading order.

    Args:
        blobs: those of ``mask``, whose labels may reach over small gaps in it.
        mask: (height, width) booleans, the ink.
        steps: the same shape, true at the edges of paper or of shadows: what lies there is none.
    """
    boxes, sizes = blobs.boxes, _sizes(blobs)
    kept = _kept(blobs, mask, steps)
    if not len(kept):
        return []
    tallest = int(sizes[kept].max())
    groups = [([int(each) + 1], _box(boxes[each])) for each in kept if sizes[each] > 0.08 * tallest]
    groups = _joined(groups)
    tallest = max(_size(box) for _, box in groups)
    least = max(_SPECK * tallest, _SMALLEST * max(mask.shape))
    groups = [group for group in groups if _size(group[1]) >= least and not _lies(group[1])]
    if len(groups) > _MOST:
        return []
    return _in_reading_order([(names, _shrunk(names, box, blobs)) for names, box in groups])


def whole_drawing(blobs: Blobs, mask: np.ndarray, steps: np.ndarray) -> list[tuple[list[int], Box]]:
    """Return all that is drawn on a photo as one, specks left out; arguments as for digits."""
    kept, sizes = _kept(blobs, mask, steps), _sizes(blobs)
    kept = kept[sizes[kept] > 0.04 * sizes[kept].max(initial=0)]
    if not len(kept) or len(kept) > _MOST:
        return []
    boxes = blobs.boxes[kept]
    names = (kept + 1).tolist()
    around = _box(np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)]))
    return [(names, _shrunk(names, around, blobs))]


def _sizes(blobs: Blobs) -> np.ndarray:
    """The longer side of each."""
    left, top, right, bottom = blobs.boxes.T
    return np.asarray(np.maximum(right - left, bottom - top))


def _kept(blobs: Blobs, mask: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """The positions of blobs that are drawn on the paper: neither its edges nor tiny."""
    height, width = mask.shape
    left, top, right, bottom = blobs.boxes.T
    inside = (left > 1) & (top > 1) & (right < width - 1) & (bottom < height - 1)
    ink = np.bincount(blobs.labels.ravel(), minlength=len(blobs) + 1)[1:]
    on_steps = np.bincount(blobs.labels[steps], minlength=len(blobs) + 1)[1:]
    inside &= on_steps <= _ON_STEPS * ink
    return np.flatnonzero(inside & (_sizes(blobs) >= 0.006 * max(mask.shape)))


def _box(row: np.ndarray) -> Box:
    left, top, right, bottom = row.tolist()
    return left, top, right, bottom


def _size(box: Box) -> int:
    return max(box[2] - box[0], box[3] - box[1])


def _lies(box: Box) -> bool:
    """Whether it is far wider than high, as a dash is and no digit."""
    return box[2] - box[0] > 2.5 * (box[3] - box[1])


def _joined(groups: list[tuple[list[int], Box]]) -> list[tuple[list[int], Box]]:
    """Join parts of one digit until none belong together any more, the smallest first."""
    groups = sorted(groups, key=lambda group: _size(group[1]))
    place = 0
    while place < len(groups):
        names, box = groups[place]
        fits = [other for other in groups[place + 1 :] if _belongs(box, other[1])]
        if fits:
            other = min(fits, key=lambda group: _gap(box, group[1]))
            groups.remove(other)
            groups[place] = (names + other[0], _around(box, other[1]))
            groups.sort(key=lambda group: _size(group[1]))
            place = 0
        else:
            place += 1
    return groups


def _belongs(part: Box, whole: Box) -> bool:
    """Whether a blob is a part of a digit with a larger one: above or below it, and near."""
    overlap = min(part[2], whole[2]) - max(part[0], whole[0])
    narrower = min(part[2] - part[0], whole[2] - whole[0])
    gap = max(part[1], whole[1]) - min(part[3], whole[3])
    ratio = _size(part) / _size(whole)
    if overlap >= 0.5 * narrower:
        return gap <= (0.25 if ratio < 0.6 else 0.1) * _size(whole)
    # A bar that has come off sideways: small, and between the top and the bottom of the rest.
    beside = max(part[0], whole[0]) - min(part[2], whole[2])
    return ratio < 0.6 and gap < 0 and beside <= 0.06 * _size(whole)


def _gap(a: Box, b: Box) -> float:
    across = max(a[0], b[0]) - min(a[2], b[2])
    down = max(a[1], b[1]) - min(a[3], b[3])
    return max(across, 0) + max(down, 0)


def _around(a: Box, b: Box) -> Box:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def _shrunk(names: list[int], box: Box, blobs: Blobs) -> Box:
    """The box of the ink itself, without what bridges gaps."""
    left, top, right, bottom = box
    own = np.isin(blobs.labels[top:bottom, left:right], names)
    rows, columns = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
    return (
        left + int(columns[0]),
        top + int(rows[0]),
        left + int(columns[-1]) + 1,
        top + int(rows[-1]) + 1,
    )


def _in_reading_order(groups: list[tuple[list[int], Box]]) -> list[tuple[list[int], Box]]:
    """Lines from top to bottom, and each from left to right."""
    lines: list[list[tuple[list[int], Box]]] = []
    for group in sorted(groups, key=lambda group: group[1][1] + group[1][3]):
        middle = (group[1][1] + group[1][3]) / 2
        for line in lines:
            if any(other[1] < middle < other[3] for _, other in line):
                line.append(group)
                break
        else:
            lines.append([group])
    return [group for line in lines for group in sorted(line, key=lambda group: group[1][0])]
