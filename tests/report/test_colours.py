"""The colours of map and charts, as the eye has them: distinguished with any vision, and as dark as they are large.

Deuteranopia and protanopia are simulated by Machado, Oliveira and Fernandes (2009), severity 1, on linear sRGB;
differences are CIE 1976 distances in L*a*b*, of which about 2.3 is just noticeable.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from countervail.report.charts import config
from countervail.types import Floats

VISIONS = {
    "trichromatic": np.eye(3),
    "deuteranopic": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "protanopic": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = TO_XYZ @ np.ones(3)
NEIGHBOURS, APART = 8.0, 15.0
"""Least distance of classes beside one another on the map, and of colours that name different things."""
LOOKS = [
    pytest.param(dark, vision, id=f"{look}-{vision}")
    for dark, look in ((False, "light"), (True, "dark"))
    for vision in VISIONS
]


def lab(colour: str, vision: str) -> Floats:
    """CIE L*a*b* of a colour as somebody of this vision has it."""
    srgb = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    ratio = TO_XYZ @ np.clip(VISIONS[vision] @ linear, 0, 1) / WHITE
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one: str, other: str, vision: str) -> float:
    return float(np.linalg.norm(lab(one, vision) - lab(other, vision)))


def test_the_simulation_is_that_of_the_paper() -> None:
    """Greys stay as they are, and red and green of one lightness, to a trichromat far apart, come close."""
    for vision, matrix in VISIONS.items():
        assert matrix.sum(1) == pytest.approx(np.ones(3), abs=1e-5), vision
    assert lab("#ffffff", "trichromatic") == pytest.approx([100, 0, 0], abs=1e-6)
    red, green = "#b06050", "#7c7c32"
    assert distance(red, green, "deuteranopic") < 0.4 * distance(red, green, "trichromatic")


@pytest.mark.parametrize(("dark", "vision"), LOOKS)
def test_the_classes_of_the_map_are_differ_and_ordered_by_lightness(dark: bool, vision: str) -> None:
    classes = config(dark)["range"]["diverging"]
    assert len(classes) == 11
    between = [distance(one, other, vision) for one, other in itertools.pairwise(classes)]
    assert min(between) > NEIGHBOURS, between
    lightness = np.array([lab(colour, vision)[0] for colour in classes])
    away = np.diff(lightness) * np.repeat([-1, 1], 5)  # from the middle outwards
    assert (away > 0).all() if dark else (away < 0).all(), lightness
    # a loss and a gain of one size are not mistaken for one another
    for k in range(5):
        assert distance(classes[k], classes[10 - k], vision) > APART, (classes[k], classes[10 - k])


@pytest.mark.parametrize(("dark", "vision"), LOOKS)
def test_colours_that_name_things_differ(dark: bool, vision: str) -> None:
    look = config(dark)
    named = look["range"]["category"]
    ground = "#14171a" if dark else "#ffffff"
    pairs = [(one, other) for k, one in enumerate(named) for other in [*named[k + 1 :], ground]]
    pairs.append((look["style"]["loss"]["fill"], look["style"]["gain"]["fill"]))
    near = {pair: distance(*pair, vision) for pair in pairs}
    assert min(near.values()) > APART, near
