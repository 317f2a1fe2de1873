"""Label formats: one file a format, one line here. They know the model and the rasters, no database and no HTTP."""

from typing import Final

from labelwright.exchange.format import Format
from labelwright.formats import (
    cityscapes,
    coco,
    coco_panoptic,
    csv_boxes,
    cvat,
    datumaro,
    geojson,
    hugging_face,
    kitti,
    label_studio,
    labelme,
    masks_class,
    masks_index,
    masks_instance,
    native,
    open_images,
    parquet,
    voc_boxes,
    voc_segmentation,
    webdataset,
    yolo,
)

FORMATS: Final[dict[str, Format]] = {
    form.id: form
    for form in (
        *native.FORMATS,
        coco.FORMAT,
        coco_panoptic.FORMAT,
        *yolo.FORMATS,
        cvat.FORMAT,
        datumaro.FORMAT,
        labelme.FORMAT,
        label_studio.FORMAT,
        geojson.FORMAT,
        parquet.FORMAT,
        hugging_face.FORMAT,
        webdataset.FORMAT,
        masks_index.FORMAT,
        masks_class.FORMAT,
        masks_instance.FORMAT,
        voc_boxes.FORMAT,
        csv_boxes.FORMAT,
        kitti.FORMAT,
        open_images.FORMAT,
        voc_segmentation.FORMAT,
        cityscapes.FORMAT,
    )
}
