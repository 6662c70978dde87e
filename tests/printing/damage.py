"""Pictures of seals as printers, envelopes and cameras spoil them; the same seed, the same picture.

**Rule:** one set of base figures serves every condition and both printers; a condition changes only
what it is named after. Lengths are millimetres on the paper, angles degrees, light 0 to 1.
"""

import random
from dataclasses import dataclass, fields, replace

import cv2
import numpy as np
import numpy.typing as npt
import qrcode
from qrcode.util import MODE_NUMBER, QRData

Field = npt.NDArray[np.float32]  # a figure for every point of the paper, or of the picture
Picture = npt.NDArray[np.uint8]
Range = tuple[float, float]

PAPER = 36.0  # mm; the symbol is in its middle
SYMBOL = 25.0  # mm; where damage falls


@dataclass(frozen=True)
class Printer:
    """Dots a millimetre, dots a module, and points a dot in which the paper is drawn."""

    dots_per_mm: float
    dots_per_module: int
    fine: int


PRINTERS = {203: Printer(8, 4, 4), 300: Printer(11.811, 6, 3)}


@dataclass(frozen=True)
class Scene:
    """What happens to a seal; each figure is drawn evenly between two bounds.

    Attributes:
        dot_gain: Dots by which every edge of the ink moves outwards.
        edge_spread: Dots over which an edge fades.
        mottle: How uneven the ink is, as a share of its blackness.
        dead_dots: Dots of the head, across the symbol, that print nothing.
        blots: Share of the symbol under drops of ink.
        scratches: How many.
        corner: Side of the corner that is lost.
        stamp: Blackness of an ink stamp's ring.
        crumple: Height of waves and folds.
        tilt: Degrees between the camera's axis and the upright on the paper.
        sampling: Camera pixels a millimetre, in the middle, before tilt.
        defocus: Sigma of the blur.
        motion: Length of the smear.
        contrast: Light of paper less light of ink.
        gradient: Light of one side less light of the other, as a share.
        noise: Sigma of the sensor.
        jpeg: Quality.
    """

    dot_gain: Range = (-0.10, 0.20)
    edge_spread: Range = (0.3, 0.6)
    mottle: Range = (0.05, 0.15)
    dead_dots: Range = (0, 0)
    blots: Range = (0, 0)
    scratches: Range = (0, 0)
    corner: Range = (0, 0)
    stamp: Range = (0, 0)
    crumple: Range = (0, 0)
    tilt: Range = (0, 10)
    sampling: Range = (8, 8)
    defocus: Range = (0.05, 0.05)
    motion: Range = (0, 0)
    contrast: Range = (0.5, 0.8)
    gradient: Range = (0, 0.3)
    noise: Range = (0.01, 0.02)
    jpeg: Range = (75, 95)


def _only(**figures: float) -> Scene:
    return replace(Scene(), **{name: (value, value) for name, value in figures.items()})


CONDITIONS = {
    "scan dpi 100": _only(sampling=100 / 25.4),
    "scan dpi 125": _only(sampling=125 / 25.4),
    "scan dpi 150": _only(sampling=150 / 25.4),
    "defocus sigma mm 0.2": _only(defocus=0.2),
    "defocus sigma mm 0.25": _only(defocus=0.25),
    "tilt deg 60": _only(tilt=60),
    "blots 0.06": _only(blots=0.06),
    "blots 0.1": _only(blots=0.1),
    "dead dots 5": _only(dead_dots=5),
    "crumple 0.8": _only(crumple=0.8),
    "FIELD MIX mild": replace(
        Scene(),
        dead_dots=(0, 2),
        blots=(0, 0.015),
        scratches=(0, 1),
        crumple=(0, 0.4),
        tilt=(0, 35),
        sampling=(5, 10),
        defocus=(0.05, 0.15),
        motion=(0, 0.2),
        gradient=(0, 0.4),
        noise=(0.01, 0.03),
        jpeg=(60, 95),
    ),
    "FIELD MIX hard": replace(
        Scene(),
        dead_dots=(0, 4),
        blots=(0, 0.03),
        scratches=(0, 2),
        corner=(0, 2),
        stamp=(0, 0.3),
        crumple=(0, 0.7),
        tilt=(10, 50),
        sampling=(4, 8),
        defocus=(0.05, 0.2),
        motion=(0, 0.4),
        gradient=(0, 0.6),
        noise=(0.02, 0.05),
        jpeg=(40, 90),
    ),
}


def photograph(scene: Scene, dpi: int, seed: int) -> tuple[str, Picture]:
    """Print a seal, spoil it, take its picture.

    Args:
        scene: What happens to it.
        dpi: One of `PRINTERS`.
        seed: Chance; printers share the damage of a seed.

    Returns:
        The digits that were printed, and the picture.
    """
    figures = np.random.default_rng([seed, 0])
    drawn = Scene(**{f.name: figures.uniform(*getattr(scene, f.name)) for f in fields(scene)})
    text = "71" + "".join(random.Random(seed).choices("0123456789", k=350))
    ink = _print(text, PRINTERS[dpi], drawn, np.random.default_rng([seed, 1]))
    _mishandle(ink, drawn, np.random.default_rng([seed, 2]))
    chance = np.random.default_rng([seed, 3])
    paper = 0.92 - drawn.contrast * ink + 0.01 * _clouds(ink, 0.1, chance)
    return text, _shoot(_crumple(paper, drawn.crumple, chance), drawn, chance)


def _clouds(like: Field, size: float, chance: np.random.Generator) -> Field:
    """Smooth chance of mean 0 and deviation 1, with features of so many millimetres."""
    rough = chance.standard_normal((int(PAPER / size) + 4,) * 2, dtype=np.float32)
    smooth = cv2.resize(rough, like.shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray((smooth - smooth.mean()) / smooth.std(), np.float32)


def _print(text: str, printer: Printer, drawn, chance: np.random.Generator) -> Field:
    """Give the blackness of the paper."""
    symbol = qrcode.QRCode(8, qrcode.constants.ERROR_CORRECT_M, border=0, mask_pattern=3)
    symbol.add_data(QRData(text.encode(), mode=MODE_NUMBER), optimize=0)
    symbol.make(fit=False)
    dots = np.kron(symbol.modules, np.ones((printer.dots_per_module,) * 2, np.uint8))
    dots[:, chance.choice(len(dots), round(drawn.dead_dots), replace=False)] = 0
    dots = np.pad(dots, round((PAPER * printer.dots_per_mm - len(dots)) / 2))
    points = np.kron(dots, np.ones((printer.fine,) * 2, np.uint8))
    inside = cv2.distanceTransform(points, cv2.DIST_L2, 5)
    outside = cv2.distanceTransform(1 - points, cv2.DIST_L2, 5)
    depth = (inside - outside) / printer.fine + drawn.dot_gain
    ink = 1 / (1 + np.exp(np.clip(-4 * depth / drawn.edge_spread, -30, 30)))
    fleck = np.abs(_clouds(ink, 0.15, chance) + _clouds(ink, 1.5, chance))
    return np.asarray(ink * np.clip(1 - drawn.mottle * fleck, 0, 1), np.float32)


def _mishandle(ink: Field, drawn, chance: np.random.Generator) -> None:
    """Blot, scratch, tear and stamp."""
    mm, middle, half = len(ink) / PAPER, len(ink) / 2, len(ink) / PAPER * SYMBOL / 2
    inner = slice(int(middle - half), int(middle + half))

    def somewhere():
        return chance.uniform(middle - half, middle + half, 2)

    blots = np.zeros_like(ink)
    while blots[inner, inner].mean() < drawn.blots:
        axes = chance.uniform(*BLOT) * mm * chance.uniform(0.7, 1.3, 2)
        ellipse = (somewhere(), axes * 2, chance.uniform(0, 180))
        cv2.ellipse(blots, ellipse, 1.0, -1, cv2.LINE_AA)
    np.maximum(ink, 0.95 * blots, out=ink)
    for _ in range(round(drawn.scratches)):
        centre, turn = somewhere(), chance.uniform(0, np.pi)
        reach = chance.uniform(3, 10) * mm * np.array([np.cos(turn), np.sin(turn)])
        width = round(chance.uniform(0.1, 0.4) * mm)
        cv2.line(ink, _point(centre - reach), _point(centre + reach), 0.0, width, cv2.LINE_AA)
    stamp = np.zeros_like(ink)
    centre = _point(somewhere())
    for radius in (14, 9):
        cv2.circle(stamp, centre, round(radius * mm), 1.0, round(0.7 * mm), cv2.LINE_AA)
    np.maximum(ink, drawn.stamp * stamp, out=ink)
    torn = inner.stop - round(drawn.corner * mm)
    ink[torn:, torn:] = 0


BLOT = (0.5, 1.9)
FOLDS = 5
DIST = 250
WAVE = 8
BEND = 0.8
SHADE = 0.6


def _point(xy):
    return round(xy[0]), round(xy[1])


def _crumple(paper: Field, strength: float, chance: np.random.Generator) -> Field:
    """Bend and shade by a field of heights: waves and folds."""
    if not strength:
        return paper
    mm, coarse = len(paper) / PAPER, 8
    y, x = np.mgrid[: PAPER * coarse, : PAPER * coarse] / coarse
    height = 0.5 * _clouds(x, WAVE, chance)
    for _ in range(FOLDS):
        turn, (at_x, at_y) = chance.uniform(0, np.pi), chance.uniform(0.2, 0.8, 2) * PAPER
        away = np.abs((x - at_x) * np.cos(turn) + (y - at_y) * np.sin(turn))
        height += chance.uniform(-1, 1) * np.exp(-away / chance.uniform(1, 3))
    slopes = (
        cv2.resize(slope, paper.shape)
        for slope in np.gradient(height * SCALE * strength, 1 / coarse)
    )
    slope_y, slope_x = (slope.astype(np.float32) for slope in slopes)
    light = chance.uniform(0, 2 * np.pi)
    shade = 1 + SHADE * (slope_x * np.cos(light) + slope_y * np.sin(light))
    row = np.arange(len(paper), dtype=np.float32)
    bent = cv2.remap(
        paper,
        row[None, :] + BEND * mm * slope_x,
        row[:, None] + BEND * mm * slope_y,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(bent * np.clip(shade, 0.2, 1.6), np.float32)


SCALE = 0.65
LENS = 0.5
OVER = 3


def _shoot(paper: Field, drawn, chance: np.random.Generator) -> Picture:
    """Take a picture through a pinhole, out of focus, in motion, with noise."""
    mm = len(paper) / PAPER
    paper = cv2.GaussianBlur(paper, (0, 0), drawn.defocus * mm)
    if drawn.motion * mm > 1:
        paper = cv2.filter2D(paper, -1, _smear(drawn.motion * mm, chance.uniform(0, np.pi)))
    roll, way, sun = chance.uniform(0, 2 * np.pi, 3)
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * PAPER / 2
    turned = square @ [[np.cos(roll), np.sin(roll)], [-np.sin(roll), np.cos(roll)]]
    uphill, lean = np.array([np.cos(way), np.sin(way)]), np.radians(drawn.tilt)
    along = (turned @ uphill)[:, None]
    flat = turned + along * uphill * (np.cos(lean) - 1)
    seen = flat / (1 + along * np.sin(lean) / DIST) * drawn.sampling
    seen -= seen.min(0)
    width, height = (int(v) for v in seen.max(0))
    view = cv2.getPerspectiveTransform(
        ((square + PAPER / 2) * mm).astype(np.float32), (seen * OVER).astype(np.float32)
    )
    fine = cv2.warpPerspective(paper, view, (width * OVER, height * OVER), borderValue=0.55)
    shot = cv2.GaussianBlur(
        cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA), (0, 0), LENS
    )
    down, across = np.mgrid[-0.5 : 0.5 : height * 1j, -0.5 : 0.5 : width * 1j]
    shot = shot * (1 + drawn.gradient * (across * np.cos(sun) + down * np.sin(sun)))
    shot = shot + drawn.noise * chance.standard_normal(shot.shape)
    grey = np.clip(235 * shot, 0, 255).astype(np.uint8)
    _, coded = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, round(drawn.jpeg)])
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)


def _smear(length: float, angle: float) -> Field:
    side = int(length) // 2 * 2 + 3
    kernel, reach = (
        np.zeros((side, side), np.float32),
        length / 2 * np.array([np.cos(angle), np.sin(angle)]),
    )
    cv2.line(kernel, _point(side // 2 - reach), _point(side // 2 + reach), 1.0, 1, cv2.LINE_AA)
    return kernel / kernel.sum()
