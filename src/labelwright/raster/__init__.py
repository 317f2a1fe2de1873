"""Polygons to pixels: the one pixel rule, and the pictures made of masks.

A ring is an array-like of float64 points (n, 2), x right, y down, in pixels of the displayed medium; it closes by
itself. A segment is a sequence of rings: the outline, then the holes cut out of it. Pixel (column i, row j) covers
[i, i+1) x [j, j+1).
"""

from labelwright.raster.bmp import encode_bmp
from labelwright.raster.fill import RULES, Rule, area, semantic_map
from labelwright.raster.png import encode_png, encode_runs, semantic_map_png

__all__ = ["RULES", "Rule", "area", "encode_bmp", "encode_png", "encode_runs", "semantic_map", "semantic_map_png"]
