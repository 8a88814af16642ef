"""Scenes with ground under one's feet: the Moon, Mars, launches, telescopes, night skies."""

import numpy as np
from PIL import ImageDraw

from drawing.brushes import (
    HEIGHT,
    WIDTH,
    Array,
    Colour,
    X,
    Y,
    below,
    blend,
    craters,
    disc,
    figures,
    glow,
    gradient,
    noise,
    ridge,
    shade,
    softened,
    sphere,
    stars,
)

INK: Colour = (7, 9, 14)
REGOLITH: Colour = (168, 163, 156)


def lunar_plain(seed: int) -> Array:
    """Return a cratered plain under a black sky, with hills at the horizon."""
    sky = gradient((2, 3, 6), (6, 8, 13)) + stars(seed, 260, HEIGHT * 0.42)
    hills = ridge(seed + 1, HEIGHT * 0.47, 60, 3)
    far = blend(
        sky, np.asarray(REGOLITH) * 0.42 * (0.7 + 0.5 * noise(seed + 2, 9))[..., None], below(hills)
    )
    ground = craters(seed + 3, 90, 26, 150) + noise(seed + 4, 14, 5) * 9
    plain = np.asarray(REGOLITH) * (shade(ground) * (0.35 + 0.75 * Y / HEIGHT))[..., None] * 0.85
    edge = ridge(seed + 5, HEIGHT * 0.53, 16, 4)
    return blend(far, plain, below(edge, 3))


def moonscape() -> Array:
    """Earth above the plains of the Moon."""
    scene = lunar_plain(11)
    x, y, radius = 690, 130, 58
    lit, latitude, longitude = sphere(x, y, radius, (-0.8, -0.25, 0.55))
    land = noise(15, 22, 5)
    water: Array = np.asarray((32, 92, 176)) * np.ones((HEIGHT, WIDTH, 1))
    world = blend(water, (96, 122, 74), np.clip((land - 0.58) * 9, 0, 1))
    clouds = noise(16, 16, 5) + 0.12 * np.sin(latitude * 9 + longitude * 2)
    world = blend(world, (246, 249, 252), np.clip((clouds - 0.55) * 4, 0, 0.95))
    scene = scene + glow(x, y, radius * 0.9, (14, 30, 60), 4)
    return blend(scene, world * (0.04 + 1.1 * lit)[..., None], disc(x, y, radius))


def lander() -> Array:
    """A lander on the Moon, with its shadow."""
    scene = lunar_plain(23)

    def shadow(pen: ImageDraw.ImageDraw, s: int) -> None:
        pen.polygon(
            [(430 * s, 402 * s), (560 * s, 402 * s), (900 * s, 440 * s), (840 * s, 452 * s)],
            fill=255,
        )

    def body(pen: ImageDraw.ImageDraw, s: int) -> None:
        pen.rectangle([445 * s, 270 * s, 545 * s, 340 * s], fill=255)
        pen.polygon(
            [(430 * s, 340 * s), (560 * s, 340 * s), (540 * s, 368 * s), (450 * s, 368 * s)],
            fill=255,
        )
        pen.rectangle([465 * s, 246 * s, 520 * s, 272 * s], fill=255)
        for start, end in (
            ((448, 350), (398, 404)),
            ((542, 350), (592, 404)),
            ((480, 366), (466, 408)),
            ((510, 366), (526, 408)),
        ):
            pen.line([start[0] * s, start[1] * s, end[0] * s, end[1] * s], fill=255, width=5 * s)
            pen.ellipse(
                [(end[0] - 13) * s, (end[1] - 4) * s, (end[0] + 13) * s, (end[1] + 5) * s], fill=255
            )
        pen.line([505 * s, 246 * s, 528 * s, 190 * s], fill=255, width=3 * s)
        pen.ellipse([514 * s, 168 * s, 552 * s, 192 * s], fill=255)

    scene = blend(scene, (14, 14, 15), softened(figures(shadow), 2.5) * 0.9)
    gold = (
        np.asarray((226, 176, 92))
        * (0.35 + 0.9 * np.clip((560 - X) / 130, 0, 1) + 0.25 * noise(24, 60, 2))[..., None]
    )
    return blend(scene, gold, figures(body))


def mars_plain() -> Array:
    """Layered hills on Mars, and wheel tracks that lead to them."""
    scene = gradient((176, 132, 104), (226, 178, 138), 0.8)
    scene = scene + glow(720, 150, 30, (90, 110, 130), 1.5)
    for step, (base, height, tone) in enumerate(
        ((300, 130, 0.86), (330, 90, 0.72), (362, 70, 0.58))
    ):
        line = ridge(91 + step, base, height, 3 + step)
        layers = 0.88 + 0.12 * np.sin((Y - line[None, :]) * 0.35 + noise(95 + step, 6) * 5)
        scene = blend(scene, np.asarray((188, 104, 66)) * (tone * layers)[..., None], below(line))
    ground = np.asarray((168, 88, 52)) * (0.72 + 0.28 * shade(noise(98, 60, 4) * 5, 0.8))[..., None]
    scene = blend(scene, ground, np.clip((Y - 372 - 10 * noise(99, 5)) / 8, 0, 1))
    depth = np.clip((Y - 376) / 164, 0, 1)
    for side in (-1, 1):
        middle = 480 + side * (8 + 130 * depth) + 70 * np.sin(depth * 2.2)
        track = np.clip(1 - np.abs(X - middle) / (1.5 + 17 * depth), 0, 1) * (depth > 0)
        tread = 0.6 + 0.4 * np.sin(Y * (1.4 - 0.9 * depth))
        scene = blend(scene, (96, 44, 24), track * 0.75 * tread)
    return scene


def rocket_trail() -> Array:
    """A launch at night in one long exposure, mirrored in a lagoon."""
    scene = gradient((5, 10, 30), (38, 38, 66), 1.4) + stars(31, 420, HEIGHT * 0.68)
    shore = HEIGHT * 0.72

    def arc(pen: ImageDraw.ImageDraw, s: int) -> None:
        path = [
            ((250 + 560 * t**1.5) * s, (shore - 370 * np.sin(t * 1.45)) * s)
            for t in np.linspace(0, 1, 160)
        ]
        pen.line(path, fill=255, width=5 * s, joint="curve")

    trail = figures(arc)
    light = (
        trail[..., None] * np.asarray((255, 236, 196))
        + softened(trail, 9)[..., None] * np.asarray((255, 150, 60)) * 1.6
    )
    scene = scene + light + glow(250, shore, 60, (255, 170, 90))
    mirrored = scene[::-1]
    offset = int(2 * shore) - HEIGHT
    mirrored = np.roll(mirrored, offset, axis=0) * 0.45 + np.asarray((2, 5, 12))
    ripples = (np.sin(Y * 0.9 + noise(32, 20) * 9) * 2).astype(int)
    mirrored = mirrored[Y.astype(int), np.clip(X.astype(int) + ripples, 0, WIDTH - 1)]
    scene = blend(scene, mirrored, np.clip((Y - shore) / 1.5 + 0.5, 0, 1))
    land = np.clip(1 - np.abs(Y - shore) / (2 + 9 * noise(33, 12, 5)), 0, 1)
    return blend(scene, INK, np.clip(land * 3, 0, 1))


def liftoff() -> Array:
    """A rocket climbing on its flame, its smoke lit from above."""
    scene = gradient((28, 52, 96), (236, 170, 120), 1.3)
    smoke = noise(41, 7, 5)
    rise = np.clip((Y - 330) / 210, 0, 1)
    column = np.exp(-(((X - 480) / (26 + 400 * rise**1.7)) ** 2))
    cloud = (
        np.clip((smoke - 0.34 + rise * 0.55) * 2.4, 0, 1) * column * np.clip((Y - 318) / 40, 0, 1)
    )
    lit = np.asarray((255, 224, 190)) * (0.5 + 0.5 * noise(42, 16, 4))[..., None] + glow(
        480, 330, 90, (120, 70, 0)
    )
    scene = blend(scene, lit, cloud)
    flame = (
        np.exp(-(((X - 480) / (7 + 13 * np.clip((Y - 268) / 110, 0, 1))) ** 2))
        * np.clip((Y - 262) / 10, 0, 1)
        * np.clip((420 - Y) / 120, 0, 1)
    )
    scene = (
        scene
        + flame[..., None] * np.asarray((255, 214, 140)) * 1.3
        + glow(480, 290, 46, (255, 160, 70))
    )

    def rocket(pen: ImageDraw.ImageDraw, s: int) -> None:
        pen.rectangle([470 * s, 110 * s, 490 * s, 262 * s], fill=255)
        pen.polygon([(470 * s, 110 * s), (480 * s, 74 * s), (490 * s, 110 * s)], fill=255)
        pen.polygon(
            [(470 * s, 232 * s), (458 * s, 262 * s), (502 * s, 262 * s), (490 * s, 232 * s)],
            fill=255,
        )

    hull = np.asarray((240, 242, 246)) * np.clip(1.15 - np.abs(X - 474) / 26, 0.35, 1)[..., None]
    return blend(scene, hull, figures(rocket))


def aurora() -> Array:
    """Curtains of green light over a fjord."""
    scene = gradient((6, 12, 34), (14, 38, 58)) + stars(121, 320, HEIGHT * 0.6)
    for step, (base, colour) in enumerate(
        (((200, (70, 255, 150))), (250, (40, 220, 170)), (165, (150, 110, 230)))
    ):
        wave = base + 70 * np.sin(X[0] / 150 + step * 1.7) + 34 * np.sin(X[0] / 53 + step)
        folds = noise(122 + step, 46, 3, (2, WIDTH))[0]
        rise = (wave[None, :] - Y) / (60 + 130 * folds[None, :])
        curtain = np.where(rise > 0, np.exp(-rise * 1.5), np.exp(rise * 14)) * (
            0.25 + 0.9 * folds[None, :] ** 1.5
        )
        scene = scene + curtain[..., None] * np.asarray(colour) * 0.62
    water = HEIGHT * 0.77
    mirrored = np.roll(scene[::-1], int(2 * water) - HEIGHT, axis=0) * 0.42
    scene = blend(scene, mirrored, np.clip((Y - water) / 2 + 0.5, 0, 1))
    mountains = ridge(127, water, 150, 4)
    return blend(scene, (5, 9, 16), below(mountains) * (water + 1 > Y))


def dome() -> Array:
    """A telescope's dome under the Milky Way."""
    scene = gradient((8, 12, 32), (46, 42, 64), 1.6) + stars(131, 900, HEIGHT * 0.85)
    band = np.exp(-(((Y - 90 - 0.34 * (WIDTH - X)) / 95) ** 2))
    scene = scene + (band * (0.35 + 0.9 * noise(132, 9, 6)))[..., None] * np.asarray(
        (128, 118, 150)
    )
    scene = scene * (1 - 0.75 * np.clip(band * (noise(133, 11, 5) - 0.5) * 4, 0, 1))[..., None]

    def building(pen: ImageDraw.ImageDraw, s: int) -> None:
        pen.pieslice([250 * s, 208 * s, 530 * s, 488 * s], 180, 360, fill=255)
        pen.rectangle([262 * s, 346 * s, 518 * s, 452 * s], fill=255)

    def slit(pen: ImageDraw.ImageDraw, s: int) -> None:
        pen.polygon(
            [(404 * s, 204 * s), (446 * s, 216 * s), (462 * s, 340 * s), (410 * s, 340 * s)],
            fill=255,
        )

    metal = np.asarray((168, 176, 194)) * np.clip(0.25 + (X - 250) / 420, 0.2, 0.85)[..., None]
    scene = blend(scene, metal, figures(building))
    scene = blend(scene, (12, 12, 20), figures(slit))
    scene = scene + softened(figures(slit), 16)[..., None] * np.asarray((120, 60, 20)) * 0.5
    return blend(scene, INK, below(ridge(134, 470, 50, 3)))


def radio_dishes() -> Array:
    """Dishes of a radio array at dusk."""
    scene = gradient((18, 26, 66), (232, 128, 84), 1.5) + stars(141, 130, HEIGHT * 0.35)
    scene = scene + glow(700, 440, 110, (200, 90, 40))
    for x, base, size in ((760, 430, 44), (610, 436, 62), (410, 446, 92), (170, 462, 134)):

        def dish(
            pen: ImageDraw.ImageDraw, s: int, x: int = x, base: int = base, size: int = size
        ) -> None:
            top = base - size * 1.5
            bowl = [
                (
                    (x + size * (0.95 * np.cos(a) - 0.28 * np.sin(a) - 0.2)) * s,
                    (top + size * (0.34 * np.sin(a) - 0.5 * np.cos(a) + 0.3)) * s,
                )
                for a in np.linspace(0, 2 * np.pi, 60)
            ]
            pen.polygon(bowl, fill=255)
            pen.polygon(
                [
                    ((x - size * 0.42) * s, base * s),
                    ((x + size * 0.3) * s, base * s),
                    ((x - size * 0.05) * s, (top + size * 0.3) * s),
                ],
                fill=255,
            )
            pen.line(
                [
                    (x - size * 0.2) * s,
                    (top + size * 0.3) * s,
                    (x - size * 0.75) * s,
                    (top - size * 0.6) * s,
                ],
                fill=255,
                width=max(2, round(size * 0.035)) * s,
            )
            pen.ellipse(
                [
                    (x - size * 0.82) * s,
                    (top - size * 0.67) * s,
                    (x - size * 0.68) * s,
                    (top - size * 0.53) * s,
                ],
                fill=255,
            )

        depth = 0.55 - size / 290
        scene = blend(
            scene, np.asarray((92, 60, 70)) * depth + np.asarray((10, 11, 18)), figures(dish)
        )
    return blend(scene, (10, 10, 15), below(ridge(142, 470, 26, 4)))


def satellite_trails() -> Array:
    """Trails of a row of satellites over a dark landscape."""
    scene = gradient((6, 9, 26), (32, 44, 72), 1.5) + stars(161, 520, HEIGHT * 0.8)
    scene = scene + glow(180, 520, 130, (120, 84, 40), 1.6)

    def trails(pen: ImageDraw.ImageDraw, s: int) -> None:
        for n in range(11):
            start = (40 + n * 22, 440 - n * 9)
            pen.line(
                [start[0] * s, start[1] * s, (start[0] + 620) * s, (start[1] - 330 + n * 5) * s],
                fill=120 + n * 12,
                width=2 * s,
            )

    lines = figures(trails)
    scene = (
        scene
        + lines[..., None] * np.asarray((214, 226, 255)) * 0.85
        + softened(lines, 4)[..., None] * np.asarray((60, 84, 140))
    )
    hill = below(ridge(162, 500, 84, 3))
    scene = blend(scene, (5, 7, 12), hill)

    def trees(pen: ImageDraw.ImageDraw, s: int) -> None:
        dice = np.random.default_rng(163)
        for foot in dice.uniform(560, 950, 26):
            tall, wide = dice.uniform(40, 96), dice.uniform(10, 19)
            pen.polygon(
                [
                    ((foot - wide) * s, 520 * s),
                    (foot * s, (500 - tall) * s),
                    ((foot + wide) * s, 520 * s),
                ],
                fill=255,
            )

    return blend(scene, (4, 6, 10), figures(trees))


def comet() -> Array:
    """A comet with two tails above a hill at dusk."""
    scene = gradient((8, 18, 52), (196, 130, 100), 2.2) + stars(171, 360, HEIGHT * 0.7)
    x, y = 600, 330
    for turn, width, length, colour in (
        (-2.42, 0.15, 330, (255, 238, 208)),
        (-2.02, 0.05, 420, (140, 190, 255)),
    ):
        along = (X - x) * np.cos(turn) + (Y - y) * np.sin(turn)
        across = -(X - x) * np.sin(turn) + (Y - y) * np.cos(turn)
        across = across - along**2 * 0.00022 * (width > 0.1)  # noqa: PLR2004 only dust lags behind
        spread = 3 + np.clip(along, 0, None) * width
        tail = (
            np.exp(-((across / spread) ** 2))
            * np.exp(-np.clip(along, 0, None) / length)
            * np.clip(along / 6 + 0.5, 0, 1)
        )
        scene = scene + (tail * (6 / spread) ** 0.35)[..., None] * np.asarray(colour) * 0.85
    scene = scene + glow(x, y, 7, (255, 255, 244)) * 1.4
    return blend(scene, (8, 9, 14), below(ridge(172, 500, 74, 3)))
