"""Photos of paper with something drawn on it, or nothing, made by code."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageFilter

_WIDTH, _HEIGHT = 360, 480

KINDS = ("even", "gradient", "shadow", "lined", "squared", "dim", "pencil", "blackboard", "table")


def photo_of(ink: np.ndarray | None, kind: str, rng: np.random.Generator) -> np.ndarray:
    """Return a photo of a drawing on some kind of paper.

    Args:
        ink: (height, width) uint8, 255 for ink, without a margin; None for a blank page.
        kind: one of `KINDS`.
        rng: where chance comes from.

    Returns:
        (480, 360, 3) uint8, with a camera's blur and noise, and what JPEG leaves of it.
    """
    sheet = Image.new("L", (_WIDTH, _HEIGHT))
    if ink is not None:
        size = int(rng.integers(70, 220))
        drawing = Image.fromarray(ink)
        scale = size / max(ink.shape)
        drawing = drawing.resize((max(3, round(ink.shape[1] * scale)), round(ink.shape[0] * scale)))
        x = int(rng.integers(50, _WIDTH - 50 - drawing.width))
        y = int(rng.integers(50, _HEIGHT - 50 - drawing.height))
        sheet.paste(drawing, (x, y))
    covered = (np.asarray(sheet) / 255)[..., np.newaxis]
    down, across = np.mgrid[:_HEIGHT, :_WIDTH]
    paper = np.full((_HEIGHT, _WIDTH, 3), 1.0) * rng.uniform((0.85, 0.84, 0.78), 0.97)
    # The fibres of paper: noise that is smooth over some pixels.
    fibres = Image.fromarray(np.uint8(rng.normal(128, 20, (_HEIGHT, _WIDTH)).clip(0, 255)))
    soft = np.asarray(fibres.filter(ImageFilter.GaussianBlur(rng.uniform(1, 5))), np.float64)
    paper *= 1 + rng.uniform(0, 0.004) * (soft - 128)[..., np.newaxis]
    if kind in ("lined", "squared"):
        every = int(rng.integers(18, 34))
        paper[(down + 0.02 * across) % every < 2] = (0.6, 0.68, 0.8)
        if kind == "squared":
            paper[across % every < 2] = (0.6, 0.68, 0.8)
    pen = rng.uniform(0.05, 0.3) + np.array((0, rng.uniform(0, 0.1), rng.uniform(0, 0.4)))
    if kind == "pencil":
        pen = np.full(3, rng.uniform(0.35, 0.55))
    view = paper * (1 - covered) + covered * pen
    if kind == "table":
        view[:, : int(rng.integers(10, 45))] = (0.25, 0.17, 0.12)
    if kind == "gradient":
        view *= (1 - rng.uniform(0.3, 0.7) * across / _WIDTH)[..., np.newaxis]
    if kind == "shadow":
        edge = (across + rng.uniform(-1, 1) * down - rng.uniform(100, 260)) / rng.uniform(3, 20)
        view *= (1 - rng.uniform(0.2, 0.5) / (1 + np.exp(-edge)))[..., np.newaxis]
    if kind == "dim":
        view *= 0.4
    if kind == "blackboard":
        view = 0.95 - view
    pixels = Image.fromarray(np.uint8(255 * np.clip(view, 0, 1)))
    pixels = pixels.filter(ImageFilter.GaussianBlur(rng.uniform(0.4, 1.6)))
    noise = rng.normal(0, rng.uniform(1, 12 if kind == "dim" else 7), (_HEIGHT, _WIDTH, 1))
    noisy = Image.fromarray(np.uint8(np.clip(np.asarray(pixels) + noise, 0, 255)))
    memory = io.BytesIO()
    noisy.save(memory, "JPEG", quality=int(rng.integers(60, 95)))
    return np.asarray(Image.open(memory))
