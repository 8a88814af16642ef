"""Draw the sample's pictures: `python config/sample/draw_pictures.py` rewrites `pictures/`.

Small scenes, all made of gradients, smooth noise and light falling on spheres. Every picture has
fixed seeds, so the same versions of numpy and Pillow draw the same pictures.
"""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
from drawing import ground, space
from drawing.brushes import Array
from PIL import Image

PICTURES = Path(__file__).parent / "pictures"
QUALITY = 70
MAX_BYTES = 40_000

SCENES: dict[str, Callable[[], Array]] = {
    "asteroid": space.asteroid,
    "aurora": ground.aurora,
    "comet": ground.comet,
    "dome": ground.dome,
    "exoplanet": space.exoplanet,
    "galaxy": space.galaxy,
    "lander": ground.lander,
    "liftoff": ground.liftoff,
    "mars-plain": ground.mars_plain,
    "moonscape": ground.moonscape,
    "radio-dishes": ground.radio_dishes,
    "ringed-planet": space.ringed_planet,
    "rocket-trail": ground.rocket_trail,
    "satellite-trails": ground.satellite_trails,
    "station": space.station,
    "sun-disc": space.sun_disc,
}


def encode(scene: Array) -> bytes:
    """Return `scene` as a JPEG; what is brighter than white stays white."""
    picture = Image.fromarray(np.clip(scene, 0, 255).astype(np.uint8))
    out = BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()


def main() -> None:
    """Draw every scene and say how large it became."""
    PICTURES.mkdir(exist_ok=True)
    for name, draw in SCENES.items():
        data = encode(draw())
        (PICTURES / f"{name}.jpg").write_bytes(data)
        print(f"{name}.jpg {len(data):,} bytes{'' if len(data) <= MAX_BYTES else ' TOO LARGE'}")


if __name__ == "__main__":
    main()
