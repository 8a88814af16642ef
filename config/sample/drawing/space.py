"""Scenes in space: planets, an asteroid, the Sun, a station, a galaxy."""

import numpy as np
from PIL import ImageDraw

from drawing.brushes import (
    HEIGHT,
    WIDTH,
    Array,
    Colour,
    X,
    Y,
    blend,
    disc,
    figures,
    glow,
    gradient,
    noise,
    softened,
    sphere,
    stars,
)


def planet_bands(latitude: Array, seed: int, colours: tuple[Colour, ...], waves: float) -> Array:
    """Return stripes along the latitude, ruffled by noise."""
    ruffle = (noise(seed, 6, 5) - 0.5) * 0.16
    place = np.clip((latitude + ruffle + 1) / 2, 0, 0.9999) * waves
    index = place.astype(int)
    share = (place - index)[..., None]
    share = share**2 * (3 - 2 * share)
    table = np.asarray(colours)
    return table[index % len(table)] * (1 - share) + table[(index + 1) % len(table)] * share


def ringed_planet() -> Array:
    """A banded planet with rings and their shadow."""
    scene = gradient((3, 4, 10), (6, 7, 15)) + stars(71, 260)
    x, y, radius = 470, 268, 150
    lit, latitude, _ = sphere(x, y, radius, (-0.75, -0.3, 0.6))
    bands = planet_bands(
        latitude, 72, ((214, 186, 138), (236, 214, 170), (190, 156, 110), (228, 202, 158)), 13
    )
    turn, tilt = -0.22, 0.27
    u = (X - x) * np.cos(turn) + (Y - y) * np.sin(turn)
    v = -(X - x) * np.sin(turn) + (Y - y) * np.cos(turn)
    distance = np.hypot(u, v / tilt) / radius
    grain = noise(73, 90, 2, (2, WIDTH))[0]
    density = grain[np.clip((distance - 1.2) / 1.2 * WIDTH, 0, WIDTH - 1).astype(int)] * 0.6 + 0.35
    gap = np.clip(np.abs(distance - 1.95) / 0.03, 0, 1)
    rings = (
        np.clip((distance - 1.3) * 40, 0, 1) * np.clip((2.3 - distance) * 40, 0, 1) * density * gap
    )
    shadow = np.clip((np.hypot(X - x - 150, Y - y - 62) - radius) / 12, 0.12, 1)
    band_shadow = 1 - 0.55 * np.clip((distance - 1.25) * 8, 0, 1) * np.clip(
        (2.0 - distance) * 8, 0, 1
    ) * (v < 0)
    ring_light = np.asarray((226, 206, 170)) * np.ones((HEIGHT, WIDTH, 1))
    scene = blend(scene, ring_light * shadow[..., None], rings * (v < 0))
    scene = blend(scene, bands * (0.03 + 1.12 * lit * band_shadow)[..., None], disc(x, y, radius))
    return blend(scene, ring_light, rings * (v >= 0))


def exoplanet() -> Array:
    """A hot planet before its red star."""
    scene = gradient((10, 4, 8), (22, 8, 12)) + stars(81, 200)
    scene = scene + glow(800, 170, 150, (255, 120, 60), 2.4) * 1.1
    scene = blend(scene, (255, 214, 160), disc(800, 170, 74, 10))
    x, y, radius = 330, 330, 176
    lit, latitude, _ = sphere(x, y, radius, (0.85, -0.3, 0.32))
    bands = planet_bands(
        latitude, 82, ((64, 84, 132), (98, 92, 140), (54, 66, 116), (122, 100, 128)), 9
    )
    rim = np.clip(1 - np.abs(np.hypot(X - x, Y - y) - radius) / 9, 0, 1) * np.clip(
        (X - x + 40) / radius, 0, 1
    )
    scene = blend(scene, bands * (0.04 + 1.4 * lit)[..., None], disc(x, y, radius))
    return scene + rim[..., None] * np.asarray((120, 150, 220)) * 0.8


def asteroid() -> Array:
    """A lumpy small body, half in the dark."""
    scene = gradient((3, 4, 8), (5, 6, 11)) + stars(101, 240)
    angle = np.arctan2((Y - 270) / 0.78, X - 480)
    lumps = (
        1 + 0.09 * np.sin(2 * angle + 0.6) + 0.06 * np.sin(3 * angle + 2) + 0.03 * np.sin(7 * angle)
    )
    radius = 205 * lumps
    distance = np.hypot(X - 480, (Y - 270) / 0.78) / radius
    height = np.sqrt(np.clip(1 - distance**2, 0, 1)) * 150 + noise(102, 14, 5) * 22
    dice = np.random.default_rng(103)
    for _ in range(34):
        x, y = dice.uniform(300, 660), dice.uniform(150, 390)
        size = dice.uniform(7, 40)
        away = np.hypot(X - x, (Y - y) / 0.85) / size
        height += (
            (np.where(away < 1, away**2 - 1, 0) + 0.4 * np.exp(-((away - 1) ** 2) / 0.06))
            * size
            * 0.28
        )
    slope_x, slope_y = np.gradient(height, axis=1), np.gradient(height, axis=0)
    normal = np.sqrt(slope_x**2 + slope_y**2 + 1)
    lit = np.clip((0.72 * slope_x + 0.36 * slope_y + 0.52) / normal, 0, 1)
    rock = np.asarray((190, 178, 162)) * (0.03 + 1.15 * lit)[..., None]
    return blend(scene, rock, np.clip((1 - distance) * 90, 0, 1))


def sun_disc() -> Array:
    """The Sun with spots, loops and a prominence."""
    x, y, radius = 480, 620, 430
    distance = np.hypot(X - x, Y - y)
    angle = np.arctan2(Y - y, X - x)
    rays = (
        0.75
        + 0.5
        * noise(111, 30, 3, (2, WIDTH))[0][
            np.clip((angle + np.pi) / np.pi * WIDTH, 0, WIDTH - 1).astype(int)
        ]
    )
    corona = np.exp(-np.clip(distance - radius, 0, None) / 62) * rays
    scene = corona[..., None] * np.asarray((255, 140, 42)) + np.asarray((8, 3, 2))
    grain = noise(112, 48, 4) * 0.55 + noise(113, 8, 4) * 0.45
    limb = np.sqrt(np.clip(1 - (distance / radius) ** 2, 0, 1))
    surface = np.asarray((255, 176, 58)) * (0.5 + 0.62 * limb * (0.62 + 0.6 * grain))[..., None]
    for spot_x, spot_y, size in ((400, 318, 22), (442, 330, 13), (372, 336, 9), (640, 384, 15)):
        away = np.hypot(X - spot_x, (Y - spot_y) * 1.5) / size
        surface = blend(surface, (150, 62, 14), np.clip(1.5 - away, 0, 0.85))
        surface = blend(surface, (44, 14, 6), np.clip((0.85 - away) * 3, 0, 1))
    scene = blend(scene, surface, np.clip((radius - distance) / 2 + 0.5, 0, 1))

    def loops(pen: ImageDraw.ImageDraw, s: int) -> None:
        for thread in range(9):
            wide, tall = 30 + thread * 3.1, 44 + thread * 5.3
            box = [(728 - wide) * s, (296 - tall) * s, (728 + wide) * s, (296 + tall) * s]
            pen.arc(box, 176, 382 - thread * 2, fill=120 + thread * 9, width=2 * s)

    prominence = figures(loops) * (0.55 + 0.45 * noise(114, 40, 3))
    light = prominence + 1.2 * softened(prominence, 5)
    return scene + light[..., None] * np.asarray((255, 112, 52))


def station() -> Array:
    """A space station before the edge of the Earth at sunrise."""
    scene = gradient((2, 3, 8), (4, 6, 14)) + stars(151, 220, HEIGHT * 0.6)
    x, y, radius = 480, 1_690, 1_330
    distance = np.hypot(X - x, Y - y)
    dawn = np.exp(-(((X - 660) / 300) ** 2))
    air = np.exp(-np.clip(distance - radius, 0, None) / 15)
    scene = scene + air[..., None] * (
        np.asarray((40, 96, 190)) + dawn[..., None] * np.asarray((210, 130, 60))
    )
    clouds = np.clip((noise(152, 10, 6) - 0.45) * 2.2, 0, 1)
    ground = (
        np.asarray((10, 34, 78))
        + clouds[..., None] * np.asarray((110, 128, 156)) * (0.25 + 0.75 * dawn)[..., None]
    )
    scene = blend(scene, ground, np.clip((radius - distance) / 2 + 0.5, 0, 1))
    scene = scene + glow(660, 366, 26, (255, 232, 190))

    def outline(pen: ImageDraw.ImageDraw, s: int) -> None:
        pen.rectangle([160 * s, 196 * s, 580 * s, 204 * s], fill=255)
        for left in (150, 206, 468, 524):
            pen.rectangle([left * s, 96 * s, (left + 46) * s, 188 * s], fill=215)
            pen.rectangle([left * s, 212 * s, (left + 46) * s, 304 * s], fill=215)
        pen.rounded_rectangle([320 * s, 180 * s, 430 * s, 222 * s], 16 * s, fill=255)
        pen.rounded_rectangle([356 * s, 212 * s, 392 * s, 290 * s], 14 * s, fill=255)
        pen.rounded_rectangle([356 * s, 128 * s, 392 * s, 190 * s], 14 * s, fill=255)
        pen.rounded_rectangle([290 * s, 188 * s, 326 * s, 214 * s], 10 * s, fill=255)

    metal = np.asarray((120, 128, 146)) * (0.5 + 0.6 * np.clip((X - 140) / 460, 0, 1))[..., None]
    return blend(scene, metal, figures(outline))


def spiral(seed: int, tilt: float, turn: float, size: float) -> Array:
    """Return the light of a spiral galaxy in the middle of the picture."""
    dx, dy = X - WIDTH / 2, Y - HEIGHT / 2
    u = dx * np.cos(turn) + dy * np.sin(turn)
    v = (-dx * np.sin(turn) + dy * np.cos(turn)) / tilt
    distance = np.hypot(u, v) / size
    angle = np.arctan2(v, u)
    arms = 0.5 + 0.5 * np.cos(2 * angle - 7.2 * np.log(distance + 0.08))
    clumps = noise(seed, 40, 4)
    disc_light = np.exp(-distance * 1.9) * (0.25 + 0.95 * arms**2 * (0.45 + 0.9 * clumps))
    core = np.exp(-((distance * 4.2) ** 1.2))
    young = np.clip(arms**5 * (clumps - 0.48) * 4, 0, 1) * np.exp(-distance * 1.7)
    return (
        disc_light[..., None] * np.asarray((150, 172, 226))
        + core[..., None] * np.asarray((255, 226, 178)) * 1.15
        + young[..., None] * np.asarray((235, 110, 150))
    )


def galaxy() -> Array:
    """A spiral galaxy."""
    return gradient((4, 5, 13), (7, 8, 18)) + stars(51, 500) + spiral(52, 0.52, -0.42, 350)
