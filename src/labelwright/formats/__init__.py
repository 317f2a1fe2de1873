"""Label formats: one file a format, one line here. They know the model and the rasters, no database and no HTTP."""

from typing import Final

from labelwright.exchange.format import Format
from labelwright.formats import coco, yolo

FORMATS: Final[dict[str, Format]] = {form.id: form for form in (coco.FORMAT, *yolo.FORMATS)}
