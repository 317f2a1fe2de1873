"""Polygons to pixels and back: the one pixel rule, and the pictures made of masks.

A ring is an array-like of float64 points (n, 2), x right, y down, in pixels of the displayed medium; it closes by
itself. A segment is a sequence of rings: the outline, then the holes cut out of it. A shape is a union of segments.
Pixel (column i, row j) covers [i, i+1) x [j, j+1). Runs of pixels are what everything is made of: see ``runs``.
"""

from labelwright.raster.bmp import encode_bmp
from labelwright.raster.cover import Stack, regrouped, rims, stack, visible
from labelwright.raster.fill import RULES, Rule, area, semantic_map
from labelwright.raster.png import GREY, GREY_16, PALETTE, RGB, Form, encode_png, encode_runs, semantic_map_png
from labelwright.raster.rle import bounds_of, decode_rle, encode_rle, pack_rle, rle_area, unpack_rle
from labelwright.raster.runs import Runs, find_runs
from labelwright.raster.shapes import Shape, bounds_of_each, count_pixels, iou, shape_runs, union
from labelwright.raster.trace import Traced, trace

__all__ = [
    "GREY",
    "GREY_16",
    "PALETTE",
    "RGB",
    "RULES",
    "Form",
    "Rule",
    "Runs",
    "Shape",
    "Stack",
    "Traced",
    "area",
    "bounds_of",
    "bounds_of_each",
    "count_pixels",
    "decode_rle",
    "encode_bmp",
    "encode_png",
    "encode_rle",
    "encode_runs",
    "find_runs",
    "iou",
    "pack_rle",
    "regrouped",
    "rims",
    "rle_area",
    "semantic_map",
    "semantic_map_png",
    "shape_runs",
    "stack",
    "trace",
    "union",
    "unpack_rle",
    "visible",
]
