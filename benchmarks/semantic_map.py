"""A semantic map of 12 megapixels, 20 polygons with holes, to PNG: against ``cv2.fillPoly`` plus ISA-L.

Claim: at most 3 times the peer's processor time, on one core. The peer paints pixels of the wrong rule (areas grow)
and compresses them without filter bytes and frame, so that it does the least that one could call the same work.

Run: ``python -m benchmarks.semantic_map``
"""

import math
import statistics
import sys
import time
from collections.abc import Callable

import cv2
import numpy as np
from benchmarks.claims import Claim, report
from isal import isal_zlib
from numpy.typing import NDArray

from labelwright.raster import encode_png, semantic_map, semantic_map_png

SIZE_WH = (4000, 3000)
POLYGONS = 20
POINTS = 60
ROUNDS = 41
LIMIT = 3.0

Mask = NDArray[np.uint8]


def wavy_ring(centre_xy: tuple[float, float], radius: float, phase: float) -> NDArray[np.float64]:
    """Make a closed wavy line of POINTS points, (n, 2)."""
    angle = np.arange(POINTS) * (2 * math.pi / POINTS)
    reach = radius * (1 + 0.25 * np.sin(3 * angle + phase) + 0.1 * np.cos(7 * angle - phase))
    return np.array(centre_xy) + np.stack((reach * np.cos(angle), reach * np.sin(angle)), axis=1)


def segments() -> list[list[NDArray[np.float64]]]:
    """Place polygons of several sizes, a hole in each, five by four in the picture: a third of it is foreground."""
    found = []
    for number in range(POLYGONS):
        centre = (400.0 + 800 * (number % 5), 375.0 + 750 * (number // 5))
        radius = 150.0 + 10 * number
        found.append([wavy_ring(centre, radius, number), wavy_ring(centre, radius / 3, -number)])
    return found


def fill_poly(whole: list[list[NDArray[np.int32]]]) -> Mask:
    mask = np.zeros(SIZE_WH[::-1], dtype=np.uint8)
    for rings in whole:
        cv2.fillPoly(mask, rings, 255)
    return mask


def median_ms(steps: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Run the steps in turn, round after round, so that whatever slows the machine slows all of them."""
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(ROUNDS + 1):
        for name, step in steps.items():
            start = time.process_time()
            step()
            taken[name].append((time.process_time() - start) * 1e3)
    return {name: statistics.median(times[1:]) for name, times in taken.items()}


def main() -> int:
    cv2.setNumThreads(1)
    shapes = segments()
    whole = [[ring.astype(np.int32) for ring in rings] for rings in shapes]
    mask, poly = semantic_map(shapes, SIZE_WH), fill_poly(whole)
    took = median_ms(
        {
            "cv2.fillPoly": lambda: fill_poly(whole),
            "ISA-L of those pixels": lambda: isal_zlib.compress(poly, 1),
            "cv2.fillPoly and ISA-L (peer)": lambda: isal_zlib.compress(fill_poly(whole), 1),
            "semantic_map": lambda: semantic_map(shapes, SIZE_WH),
            "encode_png": lambda: encode_png(mask),
            "semantic_map, then encode_png": lambda: encode_png(semantic_map(shapes, SIZE_WH)),
            "semantic_map_png (ours)": lambda: semantic_map_png(shapes, SIZE_WH),
        }
    )
    ours, peer = took["semantic_map_png (ours)"], took["cv2.fillPoly and ISA-L (peer)"]
    print(f"{SIZE_WH[0]} x {SIZE_WH[1]} pixels, {POLYGONS} polygons with a hole each, {mask.mean() / 2.55:.0f} % white")
    print(f"median processor time of {ROUNDS} rounds, one thread\n")
    for name, milliseconds in took.items():
        print(f"{name:<32}{milliseconds:8.2f} ms{milliseconds / peer:8.2f} x")
    ratio = ours / peer
    what = f"Semantic map of 12 megapixels, {POLYGONS} polygons with holes, to PNG, against cv2.fillPoly plus ISA-L"
    return report([Claim(what, f"{ratio:.2f} x", f"{LIMIT:.0f} x", ratio <= LIMIT)])


if __name__ == "__main__":
    sys.exit(main())
