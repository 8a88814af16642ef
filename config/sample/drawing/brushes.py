"""What the sample's pictures are drawn with: noise, gradients, light on spheres, craters, ridges.

A picture is an array of height x width x 3, from 0 to 255 and beyond (light adds up); a mask or a
ground is one of height x width.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 960, 540

Array = NDArray[np.float64]
Colour = tuple[float, float, float]

Y: Array
X: Array
Y, X = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float64)

BRIGHT_STAR = 120


def noise(
    seed: int, cells: int, octaves: int = 4, shape: tuple[int, int] = (HEIGHT, WIDTH)
) -> Array:
    """Return smooth noise from 0 to 1: random grids, each twice as fine and half as strong.

    Args:
        seed: The same seed gives the same noise.
        cells: Cells of the coarsest grid across the picture.
        octaves: How many grids are added up.
        shape: Height and width of what is returned.
    """
    dice = np.random.default_rng(seed)
    total = np.zeros(shape)
    for octave in range(octaves):
        across = cells * 2**octave
        down = max(2, round(across * shape[0] / shape[1]))
        grid = Image.fromarray(dice.random((down + 1, across + 1)).astype(np.float32))
        fine = grid.resize((shape[1], shape[0]), Image.Resampling.BICUBIC)
        total += np.asarray(fine, dtype=np.float64) / 2**octave
    low, high = total.min(), total.max()
    return (total - low) / (high - low)


def gradient(top: Colour, bottom: Colour, power: float = 1.0) -> Array:
    """Return a picture that goes from `top` to `bottom`."""
    share = ((Y / (HEIGHT - 1)) ** power)[..., None]
    return np.asarray(top) * (1 - share) + np.asarray(bottom) * share


def stars(seed: int, count: int, horizon: float = HEIGHT) -> Array:
    """Return points of light above `horizon`: many faint ones, few bright ones with a halo."""
    dice = np.random.default_rng(seed)
    sky = np.zeros((HEIGHT, WIDTH))
    rows = dice.integers(0, max(1, int(horizon)), count)
    columns = dice.integers(0, WIDTH, count)
    sky[rows, columns] = dice.random(count) ** 5 * 235 + 20
    bright = Image.fromarray(np.where(sky > BRIGHT_STAR, sky, 0).astype(np.uint8))
    halo = np.asarray(bright.filter(ImageFilter.GaussianBlur(1.6)), dtype=np.float64) * 3
    return (sky + halo)[..., None] * np.asarray([1.0, 0.98, 0.94])


def glow(x: float, y: float, radius: float, colour: Colour, power: float = 2.0) -> Array:
    """Return light that falls off from a point."""
    distance = np.hypot(X - x, Y - y) / radius
    return (1 / (1 + distance**power))[..., None] * np.asarray(colour)


def blend(below: Array, above: Array | Colour, share: Array) -> Array:
    """Return `above` laid over `below` where `share` is 1."""
    mask = np.clip(share, 0, 1)[..., None]
    return below * (1 - mask) + np.asarray(above) * mask


def disc(x: float, y: float, radius: float, softness: float = 1.5) -> Array:
    """Return 1 inside a circle and 0 outside, with a soft edge."""
    return np.clip((radius - np.hypot(X - x, Y - y)) / softness + 0.5, 0, 1)


def sphere(x: float, y: float, radius: float, light: Colour) -> tuple[Array, Array, Array]:
    """Return the light on a sphere, and the latitude and longitude of its points (-1 to 1)."""
    u, v = (X - x) / radius, (Y - y) / radius
    w = np.sqrt(np.clip(1 - u**2 - v**2, 0, 1))
    towards = np.asarray(light) / np.linalg.norm(light)
    lit = np.clip(u * towards[0] + v * towards[1] + w * towards[2], 0, 1)
    return lit, v, np.arctan2(u, w) / np.pi * 2


def craters(seed: int, count: int, smallest: float, largest: float, flat: float = 0.35) -> Array:
    """Return heights of a cratered plain seen at a slant: bowls with raised rims."""
    dice = np.random.default_rng(seed)
    ground = np.zeros((HEIGHT, WIDTH))
    for _ in range(count):
        x, y = dice.uniform(-40, WIDTH + 40), dice.uniform(HEIGHT * 0.45, HEIGHT * 1.05)
        near = (y / HEIGHT - 0.4) / 0.6
        radius = dice.uniform(smallest, largest) * (0.15 + near**1.6)
        distance = np.hypot((X - x) / radius, (Y - y) / (radius * flat))
        bowl = np.where(distance < 1, distance**2 - 1, 0)
        rim = np.exp(-((distance - 1) ** 2) / 0.05)
        ground += (bowl + rim * 0.55) * radius * 0.11
    return ground


def shade(ground: Array, strength: float = 1.0) -> Array:
    """Return the light of a low sun from the left on `ground`, around 1."""
    slope = np.gradient(ground, axis=1)
    return np.clip(1 - slope * strength, 0.12, 2.0)


def ridge(seed: int, base: float, height: float, cells: int) -> Array:
    """Return how far down each column a mountain range begins."""
    line = noise(seed, cells, 6, (2, WIDTH))[0]
    return base - line * height


def below(line: Array, softness: float = 1.5) -> Array:
    """Return 1 below the line and 0 above."""
    return np.clip((Y - line[None, :]) / softness + 0.5, 0, 1)


def figures(draw: Callable[[ImageDraw.ImageDraw, int], None]) -> Array:
    """Return 1 where `draw` draws; drawn three times as large, for smooth edges."""
    scale = 3
    canvas = Image.new("L", (WIDTH * scale, HEIGHT * scale))
    draw(ImageDraw.Draw(canvas), scale)
    small = canvas.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    return np.asarray(small, dtype=np.float64) / 255


def softened(mask: Array, radius: float) -> Array:
    """Return `mask` blurred."""
    picture = Image.fromarray((np.clip(mask, 0, 1) * 255).astype(np.uint8))
    return np.asarray(picture.filter(ImageFilter.GaussianBlur(radius)), dtype=np.float64) / 255
