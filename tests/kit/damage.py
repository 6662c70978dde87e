"""Pictures of seals as printers, envelopes and cameras spoil them; the same seed, the same picture.

**Rule:** one set of base figures serves every condition and both printers; a condition changes only
what it is named after. Where the design names no figure, it was calibrated: `.docs/decode-rates.md`.
Lengths are millimetres on the paper, angles degrees, light and blackness 0 to 1.
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
Drawn = dict[str, float]  # a scene after the throw

PAPER = 36.0  # side; the symbol is in its middle
SYMBOL = 25.0  # side of the square where damage falls
LENS = 250.0  # from the paper
DROP = (0.5, 1.9)  # radius of a blot
FOLDS = 5


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
        mottle: How uneven the ink is.
        dead_dots: Dots of the head, across the symbol, that print nothing.
        blots: Share of the symbol under drops of ink.
        scratches: How many.
        corner: Side of the lower right corner that is lost.
        stamp: Blackness of an ink stamp's rings.
        crumple: Strength of waves and folds.
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
    defocus: Range = (0.07, 0.07)
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
        blots=(0, 0.033),
        scratches=(0, 1),
        crumple=(0, 0.4),
        tilt=(0, 35),
        sampling=(5, 10),
        defocus=(0.07, 0.12),
        motion=(0, 0.2),
        gradient=(0, 0.4),
        noise=(0.01, 0.03),
        jpeg=(60, 95),
    ),
    "FIELD MIX hard": replace(
        Scene(),
        dead_dots=(0, 4),
        blots=(0, 0.05),
        scratches=(0, 2),
        corner=(0, 2),
        stamp=(0, 0.3),
        crumple=(0, 0.7),
        tilt=(10, 50),
        sampling=(5, 8),
        defocus=(0.07, 0.15),
        motion=(0, 0.4),
        gradient=(0, 0.6),
        noise=(0.02, 0.04),
        jpeg=(40, 90),
    ),
}


def photograph(scene: Scene, dpi: int, seed: int) -> tuple[str, Picture]:
    """Print a seal, spoil it, take its picture.

    Args:
        scene: What happens to it.
        dpi: One of `PRINTERS`.
        seed: Chance; both printers share the damage of a seed.

    Returns:
        The digits that were printed, and the picture.
    """
    throw = np.random.default_rng([seed, 0])
    drawn = {f.name: throw.uniform(*getattr(scene, f.name)) for f in fields(scene)}
    text = "71" + "".join(random.Random(seed).choices("0123456789", k=350))
    ink = _print(text, PRINTERS[dpi], drawn, np.random.default_rng([seed, 1]))
    _mishandle(ink, drawn, np.random.default_rng([seed, 2]))
    chance = np.random.default_rng([seed, 3])
    paper = 0.92 - drawn["contrast"] * ink + 0.01 * _clouds(len(ink), 0.1, chance)
    if drawn["crumple"]:
        paper = _crumple(paper, drawn["crumple"], chance)
    return text, _shoot(paper, drawn, chance)


def _print(text: str, printer: Printer, drawn: Drawn, chance: np.random.Generator) -> Field:
    """Give the blackness of the paper."""
    symbol = qrcode.QRCode(8, qrcode.constants.ERROR_CORRECT_M, border=0, mask_pattern=3)
    symbol.add_data(QRData(text.encode(), mode=MODE_NUMBER), optimize=0)
    symbol.make(fit=False)
    dots = np.kron(symbol.modules, np.ones((printer.dots_per_module,) * 2, np.uint8))
    dots[:, chance.choice(len(dots), round(drawn["dead_dots"]), replace=False)] = 0
    dots = np.pad(dots, round((PAPER * printer.dots_per_mm - len(dots)) / 2))
    points = np.kron(dots, np.ones((printer.fine,) * 2, np.uint8))
    inside = cv2.distanceTransform(points, cv2.DIST_L2, 5)
    outside = cv2.distanceTransform(1 - points, cv2.DIST_L2, 5)
    depth = (inside - outside) / printer.fine + drawn["dot_gain"]
    ink = 1 / (1 + np.exp(np.clip(-4 * depth / drawn["edge_spread"], -30, 30)))
    fleck = np.abs(_clouds(len(ink), 0.15, chance) + _clouds(len(ink), 1.5, chance))
    return np.asarray(ink * np.clip(1 - drawn["mottle"] * fleck, 0, 1), np.float32)


def _mishandle(ink: Field, drawn: Drawn, chance: np.random.Generator) -> None:
    """Blot, scratch, stamp and tear."""
    mm = len(ink) / PAPER
    begin, end = (PAPER - SYMBOL) / 2 * mm, (PAPER + SYMBOL) / 2 * mm
    inner = slice(round(begin), round(end))
    blots, stamp = np.zeros_like(ink), np.zeros_like(ink)
    while blots[inner, inner].mean() < drawn["blots"]:
        axes = 2 * mm * chance.uniform(*DROP) * chance.uniform(0.7, 1.3, 2)
        drop = (_point(chance.uniform(begin, end, 2)), _point(axes), chance.uniform(0, 180))
        cv2.ellipse(blots, drop, 1.0, -1, cv2.LINE_AA)
    np.maximum(ink, 0.95 * blots, out=ink)
    for _ in range(round(drawn["scratches"])):
        centre, reach = chance.uniform(begin, end, 2), _arrow(chance, chance.uniform(3, 10) * mm)
        width = round(chance.uniform(0.1, 0.4) * mm)
        cv2.line(ink, _point(centre - reach), _point(centre + reach), 0.0, width, cv2.LINE_AA)
    middle = _point(chance.uniform(begin, end, 2))
    for radius in (9, 14):
        cv2.circle(stamp, middle, round(radius * mm), 1.0, round(0.7 * mm), cv2.LINE_AA)
    np.maximum(ink, drawn["stamp"] * stamp, out=ink)
    torn = round(end - drawn["corner"] * mm)
    ink[torn:, torn:] = 0


def _crumple(paper: Field, strength: float, chance: np.random.Generator) -> Field:
    """Bend and shade by a field of heights: waves and folds."""
    mm, coarse = len(paper) / PAPER, 8
    y, x = np.mgrid[: PAPER * coarse, : PAPER * coarse] / coarse
    height = 0.5 * _clouds(len(x), 8, chance)
    for _ in range(FOLDS):
        across, (at_x, at_y) = _arrow(chance, 1), chance.uniform(0.2, 0.8, 2) * PAPER
        away = np.abs((x - at_x) * across[0] + (y - at_y) * across[1])
        height += chance.uniform(-1, 1) * np.exp(-away / chance.uniform(1, 3))
    slopes = np.gradient(0.65 * strength * height, 1 / coarse)
    slope_y, slope_x = (cv2.resize(slope.astype(np.float32), paper.shape) for slope in slopes)
    sun, line = 0.6 * _arrow(chance, 1), np.arange(len(paper), dtype=np.float32)
    bent_x = line[None, :] + np.float32(0.8 * mm) * slope_x
    bent_y = line[:, None] + np.float32(0.8 * mm) * slope_y
    bent = cv2.remap(paper, bent_x, bent_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(bent * np.clip(1 + sun[0] * slope_x + sun[1] * slope_y, 0.2, 1.6), np.float32)


def _shoot(paper: Field, drawn: Drawn, chance: np.random.Generator) -> Picture:
    """Take a picture: a pinhole at any roll, out of focus, in motion, ill lit, with noise."""
    mm, over = len(paper) / PAPER, 3
    blurred = cv2.GaussianBlur(paper, (0, 0), drawn["defocus"] * mm)
    if drawn["motion"] * mm > 1:
        blurred = cv2.filter2D(blurred, -1, _smear(_arrow(chance, drawn["motion"] * mm / 2)))
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * PAPER / 2
    (right_x, right_y), uphill, lean = (
        _arrow(chance, 1),
        _arrow(chance, 1),
        np.radians(drawn["tilt"]),
    )
    rolled = square @ [[right_x, right_y], [-right_y, right_x]]
    along = (rolled @ uphill)[:, None]
    flat = rolled + along * uphill * (np.cos(lean) - 1)
    seen = flat / (1 + along * np.sin(lean) / LENS) * drawn["sampling"]
    seen -= seen.min(0)
    width, height = (int(side) for side in seen.max(0))
    corners = ((square + PAPER / 2) * mm).astype(np.float32)
    view = cv2.getPerspectiveTransform(corners, (seen * over).astype(np.float32))
    fine = cv2.warpPerspective(blurred, view, (width * over, height * over), borderValue=0.55)
    shot = cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA)
    shot = cv2.GaussianBlur(shot, (0, 0), 0.5)
    down, across = np.mgrid[-0.5 : 0.5 : height * 1j, -0.5 : 0.5 : width * 1j]
    lamp = drawn["gradient"] * _arrow(chance, 1)
    shot = shot * (1 + lamp[0] * across + lamp[1] * down)
    shot = shot + drawn["noise"] * chance.standard_normal(shot.shape)
    grey = np.clip(235 * shot, 0, 255).astype(np.uint8)
    _, coded = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, round(drawn["jpeg"])])
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)


def _clouds(side: int, size: float, chance: np.random.Generator) -> Field:
    """Smooth chance of mean 0 and deviation 1, with features of so many millimetres."""
    rough = chance.standard_normal((int(PAPER / size) + 4,) * 2, dtype=np.float32)
    smooth = cv2.resize(rough, (side, side), interpolation=cv2.INTER_CUBIC)
    return np.asarray((smooth - smooth.mean()) / smooth.std(), np.float32)


def _smear(reach: npt.NDArray[np.float64]) -> Field:
    middle = int(np.abs(reach).max()) + 1
    kernel = np.zeros((2 * middle + 1,) * 2, np.float32)
    cv2.line(kernel, _point(middle - reach), _point(middle + reach), 1.0, 1, cv2.LINE_AA)
    return np.asarray(kernel / kernel.sum(), np.float32)


def _arrow(chance: np.random.Generator, length: float) -> npt.NDArray[np.float64]:
    """Any direction."""
    turn = chance.uniform(0, 2 * np.pi)
    return np.array([np.cos(turn), np.sin(turn)]) * length


def _point(place: npt.NDArray[np.float64]) -> tuple[int, int]:
    return round(place[0]), round(place[1])
