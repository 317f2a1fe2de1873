"""Masks of 12 megapixels with 20 polygons with holes: painted by class, and made polygons again, against OpenCV.

Claims: an index mask (what is over what decided, a palette, packed the same way on every machine) takes at most as
long as ``cv2.fillPoly`` of each polygon and ``cv2.imencode``; outlines with holes, which painted again are exactly the
mask, take at most 6 times ``cv2.findContours``, whose contours run through centres of pixels and are not.

Run: ``python -m benchmarks.masks``
"""

import sys

import cv2
import numpy as np
from benchmarks.claims import Claim, report
from benchmarks.semantic_map import POLYGONS, SIZE_WH, median_ms, segments

from labelwright.raster import PALETTE, encode_runs, find_runs, semantic_map, shape_runs, trace, visible

CLASSES = 5
MOST_PAINTING = 1.0
MOST_TRACING = 6.0
COLOURS = [(value, 255 - value, value * 7 % 256) for value in range(256)]


def main() -> int:
    cv2.setNumThreads(1)
    shapes = segments()
    whole = [[ring.astype(np.int32) for ring in rings] for rings in shapes]
    mask = semantic_map(shapes, SIZE_WH)

    def index_mask() -> bytes:
        seen = visible(shape_runs([[segment] for segment in shapes], SIZE_WH), np.arange(POLYGONS))
        return encode_runs(seen._replace(owner=seen.owner % CLASSES + 1), SIZE_WH, PALETTE, COLOURS)

    def index_mask_of_opencv() -> bytes:
        pixels = np.zeros(SIZE_WH[::-1], dtype=np.uint8)
        for number, rings in enumerate(whole):
            cv2.fillPoly(pixels, rings, number % CLASSES + 1)
        return cv2.imencode(".png", pixels)[1].tobytes()

    def outlines() -> int:
        runs = find_runs(mask)
        return len(trace(runs.where(runs.owner > 0)))

    took = median_ms(
        {
            "index mask (ours)": index_mask,
            "cv2.fillPoly and cv2.imencode": index_mask_of_opencv,
            "outlines (ours)": outlines,
            "cv2.findContours": lambda: cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE),
        }
    )
    print(f"{len(index_mask()):,} bytes against {len(index_mask_of_opencv()):,}; median processor time, one thread\n")
    for name, milliseconds in took.items():
        print(f"{name:<32}{milliseconds:8.2f} ms")
    painting = took["index mask (ours)"] / took["cv2.fillPoly and cv2.imencode"]
    tracing = took["outlines (ours)"] / took["cv2.findContours"]
    what = f"of 12 megapixels, {POLYGONS} polygons with holes"
    return report(
        [
            Claim(
                f"Index mask {what}, to PNG, against cv2.fillPoly plus cv2.imencode",
                f"{painting:.2f} x",
                f"{MOST_PAINTING:.0f} x",
                painting <= MOST_PAINTING,
            ),
            Claim(
                f"Exact outlines of a mask {what}, against cv2.findContours",
                f"{tracing:.2f} x",
                f"{MOST_TRACING:.0f} x",
                tracing <= MOST_TRACING,
            ),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
