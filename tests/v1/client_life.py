"""A whole life of the reference's client, run in its own environment: `client_life.py WORLD.json CHAPTER...`.

The world names a server, tokens, a project and pictures; each chapter is a function below. A chapter fails by an
assertion. Nothing here imports Labelwright: what is proven is what the client sees.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import requests
from datagym import Client
from datagym.exceptions.exceptions import APIException, ClientException, InvalidTokenException
from datagym.importers.coco import Coco
from datagym.models import LabelConfig
from requests.auth import HTTPBasicAuth

MISSING = "01900000-0000-7000-8000-000000000000"


class World:
    def __init__(self, path):
        given = json.loads(Path(path).read_text())
        self.__dict__.update(given)
        self.folder = Path(path).parent
        self.client = Client(self.token, base_url=f"{self.url}/")

    def get(self, path, **params):
        return requests.get(f"{self.url}/api/v1/{path}", params={"token": self.token, **params}, timeout=30)

    def put(self, path, body=None):
        return requests.put(f"{self.url}/api/v1/{path}", params={"token": self.token}, json=body, timeout=30)

    def project(self, name):
        found = self.client.get_project_by_name(name)
        assert found is not None
        return found


def fails(kind, text, call, *arguments):
    """The call raises exactly this exception, and its message has `text`."""
    raised = None
    try:
        call(*arguments)
    except kind as error:
        raised = error
    assert type(raised) is kind, f"{call.__name__} raised {raised!r}"
    assert text in str(raised), str(raised)


# --- the life -------------------------------------------------------------------------------------------------------


def the_token_is_checked(world):
    assert world.client._is_token_valid() is True
    behind_proxy = Client(world.token, base_url=f"{world.url}/", basic_auth=HTTPBasicAuth("proxy", "secret"))
    assert behind_proxy._is_token_valid() is True
    assert requests.get(f"{world.url}/api/v1/project", headers={"Authorization": f"Token {world.token}"}, timeout=30).ok
    wrong = Client(world.wrong_token, base_url=f"{world.url}/")
    fails(InvalidTokenException, "Unauthorized", wrong._is_token_valid)
    fails(ClientException, "HTTP 403", wrong.get_projects)
    nobody = Client("", base_url=f"{world.url}/")
    fails(ClientException, "HTTP 401", nobody.get_projects)


def datasets_are_made_once(world):
    made = world.client.create_dataset("Quay 7", "Pictures of the quay")
    again = world.client.create_dataset("Quay 7")
    assert (made.id, made.name, made.short_description) == (again.id, "Quay 7", "Pictures of the quay")
    assert (made.media_type, made.media) == ("IMAGE", [])
    assert world.client.get_dataset_by_name("Quay 7").id == made.id
    assert world.client.get_dataset_by_name("Quay 8") is None
    fails(ClientException, "Validation error", world.client.create_dataset, "Quay/7")
    fails(APIException, '"geometry" is a forbidden keyword', world.client.create_dataset, "geometry")


def pictures_are_uploaded_and_come_back(world):
    dataset = world.client.get_dataset_by_name("Quay 7")
    for name, path in world.pictures.items():
        image = world.client.upload_image(dataset.id, path, name)
        assert (image.image_name, image.image_type) == (name, "LOCAL")
        assert world.client.download_image_bytes(image) == Path(path).read_bytes()
    first = next(iter(world.pictures))
    assert world.client.upload_image(dataset.id, world.pictures[first], first) is None
    fails(ClientException, "Validation error", world.client.upload_image, dataset.id, world.no_picture)
    listed = world.client.get_dataset_by_name("Quay 7")
    assert sorted(image.image_name for image in listed.images) == sorted(world.pictures)
    world.client.download_image(listed.images[0], str(world.folder))
    saved = world.folder / listed.images[0].image_name
    assert saved.read_bytes() == Path(world.pictures[listed.images[0].image_name]).read_bytes()


def links_are_fetched(world):
    dataset = world.client.get_dataset_by_name("Quay 7")
    add = world.client.create_images_from_urls
    link, other = f"{world.links}/linked.png?size=large", f"{world.links}/linked.pdf"
    answers = add(dataset.id, [link, other, link])
    assert [answer["mediaUploadStatus"] for answer in answers] == ["SUCCESS", "UNSUPPORTED_MIME_TYPE"]
    assert (answers[0]["imageUrl"], answers[0]["external_media_ID"]) == (link, "linked.png")
    assert [answer["mediaUploadStatus"] for answer in add(dataset.id, [link])] == ["DUPLICATE"]
    assert add(dataset.id, []) == []
    assert len(add(dataset.id, [f"{world.links}/{number}.pdf" for number in range(60)])) == 60
    image = world.client.get_dataset_by_name("Quay 7").get_media_by_name("linked.png")[0]
    assert image.image_type == "SHAREABLE_LINK"
    deadline = time.monotonic() + 120
    while not world.get(f"media/{image.id}").ok:
        assert time.monotonic() < deadline, world.get(f"media/{image.id}").text
        time.sleep(0.1)
    assert world.client.download_image_bytes(image) == Path(world.linked_picture).read_bytes()


def datasets_are_connected(world):
    dataset, project = world.client.get_dataset_by_name("Quay 7"), world.project("Harbour")
    assert project.datasets == []
    assert world.client.add_dataset(dataset.id, project.id) is True
    assert world.client.add_dataset(dataset.id, project.id) is True
    connected = world.project("Harbour")
    assert [d.id for d in connected.datasets] == [dataset.id]
    assert len(connected.get_images()) == len(world.pictures) + 1
    assert [image.image_name for image in connected.get_images_by_name("quay", regex=True)] == ["quay.jpg"]


def a_configuration_is_built_and_uploaded(world):
    config = LabelConfig()
    crane = config.add_rectangle("crane", "Crane", color="#3333FF", shortcut=1)
    crane.add_select("kind", "Kind", {"tower crane": "Tower crane", "gantry": "Gantry"}, required=True)
    crane.add_checklist("defects", "Defects", {"rust": "Rust", "crack": "Crack"}).add_freetext("note", "Note", 40)
    config.add_polygon("ship", "Ship", shortcut=2)
    config.add_line("quay edge", "Edge of the quay")
    config.add_point("buoy", "Buoy")
    config.add_select("weather", "Weather", {"sun": "Sun", "rain": "Rain"})
    config.add_freetext("remark", "Remark")
    entries = [*config.toJson(), {"type": "image_segmentation", "entryKey": "water", "entryValue": "Water"}]
    entries[0]["children"].append({"type": "point", "entryKey": "hook", "entryValue": "Hook", "children": []})
    project = world.project("Harbour")
    for _ in range(2):  # the second time clears the first
        shown = json.loads(world.client.upload_label_config(project.label_config_id, entries))
        assert [entry["entryKey"] for entry in shown["entries"]][:2] == ["crane", "ship"]
        assert (shown["entries"][0]["shortcut"], shown["entries"][0]["type"]) == ("1", "RECTANGLE")
        assert list(shown["entries"][0]["children"][0]["options"]) == ["tower crane", "gantry"]
    fails(
        APIException,
        "forbidden keyword",
        world.client.upload_label_config,
        project.label_config_id,
        [{"type": "point", "entryKey": "geometry", "entryValue": "x"}],
    )
    world.client.upload_label_config(project.label_config_id, entries)
    fails(ClientException, "not found", world.client.upload_label_config, MISSING, entries)


BOX = {"x": 3, "y": 4.5, "w": "20", "h": 10}
RING = [{"x": 1, "y": 1}, {"x": 41, "y": 1}, {"x": 41, "y": 31}, {"x": 1, "y": 31}]
HOLE = [{"x": 10, "y": 10}, {"x": 20, "y": 10}, {"x": 20, "y": 20}, {"x": 10, "y": 20}]


def whole_item(medium_id):
    hook = {"point": [{"x": 9, "y": 9}], "classifications": {}}
    crane = {
        "geometry": [BOX],
        "classifications": {"kind": ["tower crane"], "defects": ["rust", "crack", {"note": ["left leg"]}]},
        "nested_geometries": {"hook": [hook]},
    }
    labels = {
        "crane": [crane],
        "ship": [{"polygon": RING}],
        "quay edge": [{"line": RING[:2]}],
        "buoy": [{"point": RING[:1]}],
        "water": [{"image_segmentation": [RING, HOLE]}],
    }
    answers = {"weather": ["sun"], "remark": ["Ein schöner Tag"]}
    return {"internal_media_ID": medium_id, "keepData": False, "global_classifications": answers, "labels": labels}


def labels_are_imported(world):
    project = world.project("Harbour")
    media = project.get_media()
    load = world.client.import_label_data
    assert load(project.id, [whole_item(image.id) for image in media]) == {"errorMessages": ""}
    many = [whole_item(media[0].id) | {"keepData": True, "labels": {}} for _ in range(60)]
    assert load(project.id, many) == ["errorMessages", "errorMessages"]
    broken = load(project.id, [{"internal_media_ID": media[0].id, "keepData": 3}])
    text = "Schema validation failed with 1 error(s)\n\n#/0/keepData\nexpected type: Boolean, found: Integer\n\n"
    assert broken == {"errorMessages": text}
    wrong = [{"internal_media_ID": media[0].id, "labels": {"boat": [{"geometry": [BOX]}]}}]
    fails(APIException, "boat", load, project.id, wrong)
    fails(APIException, MISSING, load, project.id, [{"internal_media_ID": MISSING}])
    fails(APIException, "No data available", load, project.id, [])
    fails(ClientException, f"Project with id {MISSING} not found", load, MISSING, wrong)


def tasks_are_completed(world):
    project = world.project("Harbour")
    assert world.client.export_labels(project.id) == []
    waiting = world.get(f"task/{project.id}/list").json()
    backlog = world.get(f"task/{project.id}/list", state="BACKLOG").json()
    assert (waiting, len(backlog)) == ([], len(world.pictures) + 1)
    assert all(task["hasJsonUpload"] for task in backlog)
    for task in backlog[1:]:
        opened = world.get(f"task/{task['taskId']}").json()
        body = {"lastChangedConfig": opened["lastChangedConfig"]}
        done = world.put(f"task/{task['taskId']}/completeTask", body).json()
        assert done == {"hasLabelConfigChanged": False, "currentTaskId": task["taskId"]}
    assert world.put(f"task/{backlog[0]['taskId']}/skipTask").ok


def labels_are_exported(world):
    project = world.project("Harbour")
    overview, *tasks = world.client.export_labels(project.id)
    kinds = {entry["class_name"]: entry for entry in overview["label_classes"]}
    assert kinds["water"]["geometry_type"] == "image_segmentation"
    assert kinds["weather"]["classification_type"] == "radio"
    assert {task["status"] for task in tasks} == {"skipped", "completed"}
    names = [image.image_name for image in project.get_media()]
    assert sorted(task["external_media_ID"] for task in tasks) == sorted(names)
    for task in tasks:
        (crane,) = task["labels"]["crane"]
        assert crane["geometry"] == [{"x": 3, "y": 4.5, "w": 20, "h": 10}]
        assert crane["classifications"]["defects"] == ["rust", "crack", {"note": ["left leg"]}]
        assert task["labels"]["water"][0]["geometry"] == [RING, HOLE]
        assert task["global_classifications"] == {"weather": ["sun"], "remark": ["Ein schöner Tag"]}
    (url,) = tasks[0]["segmentations"]
    assert url.startswith(f"{world.url}/api/v1/export/bitmap/")
    assert requests.get(url, timeout=30).status_code == 401
    bitmap = requests.get(url, params={"token": world.token}, timeout=30)
    assert (bitmap.status_code, bitmap.headers["content-type"]) == (200, "image/png")
    old = requests.get(url, params={"token": world.token, "format": "bmp", "rule": "outline"}, timeout=30)
    assert old.content.startswith(b"BM")


def an_export_imports_and_exports_the_same(world):
    project, copy = world.project("Harbour"), world.project("Copy")
    exported = world.client.export_labels(project.id)
    for entries in (project, copy):
        assert entries.label_config_id
    opened = world.get(f"task/{project.id}/list", state="COMPLETED").json()[0]
    entries = world.get(f"task/{opened['taskId']}").json()["labelConfig"]["entries"]
    world.client.upload_label_config(copy.label_config_id, without_ids(entries))
    world.client.add_dataset(world.client.get_dataset_by_name("Quay 7").id, copy.id)
    assert world.client.import_label_data(copy.id, exported) == {"errorMessages": ""}
    for task in world.get(f"task/{copy.id}/list", state="BACKLOG").json():
        skipped = next(t["status"] for t in exported[1:] if t["internal_media_ID"] == task["mediaId"]) == "skipped"
        path = f"task/{task['taskId']}"
        assert world.put(f"{path}/skipTask" if skipped else f"{path}/completeTask", {"lastChangedConfig": 2**50}).ok
    assert [without_urls(e) for e in world.client.export_labels(copy.id)] == [without_urls(e) for e in exported]


def without_ids(entries):
    return [{**entry, "id": None, "children": without_ids(entry["children"])} for entry in entries]


def without_urls(element):
    return {key: value for key, value in element.items() if key != "segmentations"}


def the_address_of_an_export_can_be_handed_on(world):
    project = world.project("Harbour")
    url = world.client.export_labels_url(project.id)
    assert url == f"{world.url}/api/v1/export/{project.id}?token={world.token}"
    assert requests.get(url, timeout=30).json() == world.client.export_labels(project.id)
    assert world.client.export_single_video_labels(project.id, MISSING) == {}
    fails(ClientException, f"Project with id {MISSING} not found", world.client.export_labels, MISSING)


def pictures_are_deleted_once(world):
    dataset = world.client.get_dataset_by_name("Quay 7")
    image = dataset.get_media_by_name("quay.jpg")[0]
    assert world.client.delete_image(image) is True
    fails(APIException, "image deleting", world.client.delete_image, image)
    assert world.client.get_dataset_by_name("Quay 7").get_media_by_name("quay.jpg") == []
    fails(ClientException, "not found", world.client.download_image_bytes, image)
    exported = world.client.export_labels(world.project("Harbour").id)
    assert image.id not in [task["internal_media_ID"] for task in exported[1:]]


def unknown_things_are_named(world):
    project = world.project("Harbour")
    path = next(iter(world.pictures.values()))
    text = f"Dataset with id {MISSING} not found"
    fails(ClientException, text, world.client.upload_image, MISSING, path)
    fails(ClientException, text, world.client.create_images_from_urls, MISSING, [f"{world.links}/linked.png"])
    fails(ClientException, text, world.client.add_dataset, MISSING, project.id)
    fails(ClientException, f"Project with id {MISSING} not found", world.client.add_dataset, MISSING, MISSING)


def datasets_are_removed_once(world):
    dataset, project = world.client.get_dataset_by_name("Quay 7"), world.project("Harbour")
    assert world.client.remove_dataset(dataset.id, project.id) is True
    fails(APIException, "doesn't contain this Dataset", world.client.remove_dataset, dataset.id, project.id)
    assert world.project("Harbour").datasets == []
    assert world.client.export_labels(project.id) == []


# --- the notebooks --------------------------------------------------------------------------------------------------

COCO = {
    "images": [
        {"id": 7, "file_name": "street.png", "width": 64, "height": 48, "coco_url": "http://example.org/street.png"},
        {"id": 8, "file_name": "elsewhere.png", "width": 64, "height": 48},
    ],
    "categories": [
        {"id": 1, "name": "traffic light", "supercategory": "outdoor"},
        {"id": 2, "name": "fire hydrant", "supercategory": "outdoor"},
        {"id": 3, "name": "car", "supercategory": "vehicle"},
    ],
    "annotations": [
        {
            "image_id": 7,
            "category_id": 1,
            "iscrowd": 0,
            "bbox": [3.07, 5.93, 18.65, 28.67],
            "segmentation": [[3.07, 5.93, 21.7, 6.0, 20.25, 34.5]],
        },
        {
            "image_id": 7,
            "category_id": 3,
            "iscrowd": 1,
            "bbox": [10, 10, 20, 12],
            "segmentation": {"size": [48, 64], "counts": []},
        },
        {
            "image_id": 8,
            "category_id": 2,
            "iscrowd": 0,
            "bbox": [1, 1, 2, 2],
            "segmentation": [[1, 1, 3, 1, 3, 3]],
        },
    ],
}
CAPTIONS = {
    **COCO,
    "annotations": [{"image_id": 7, "caption": "a street"}, {"image_id": 7, "caption": "a busy street"}],
}


def crowd():
    """Run lengths of a box of 20 x 12 at (10, 10), down the columns, beginning with what is not in it."""
    mask = np.zeros((48, 64), dtype=np.uint8)
    mask[10:22, 10:30] = 1
    flat = mask.flatten(order="F")
    edges = np.flatnonzero(np.diff(flat)) + 1
    return [int(n) for n in np.diff(np.concatenate([[0], edges, [flat.size]]))]


def coco_is_imported(world, name, *, polygon):
    data = json.loads(json.dumps(COCO))
    data["annotations"][1]["segmentation"]["counts"] = crowd()
    coco = Coco()
    coco.add_object_detection_data(data, polygon=polygon)
    coco.add_captions_data(CAPTIONS)
    config = LabelConfig()
    for supercategory, names in coco.instances_supercategories.items():
        add = config.add_polygon if polygon else config.add_rectangle
        add(supercategory, supercategory).add_select("subcategory", "Subcategory", {n: n for n in names})
    config.add_freetext("caption", "Caption")
    project, dataset = world.project(name), world.client.create_dataset(f"{name} pictures")
    image = world.client.upload_image(dataset.id, world.street, "street.png")
    assert world.client.add_dataset(dataset.id, project.id)
    world.client.upload_label_config(project.label_config_id, config.toJson())
    labels = coco.get_datagym_label_dict({"street.png": image.id})
    assert len(labels) == 1
    assert world.client.import_label_data(project.id, labels) == {"errorMessages": ""}
    (task,) = world.get(f"task/{project.id}/list", state="BACKLOG").json()
    assert world.put(f"task/{task['taskId']}/completeTask", {"lastChangedConfig": 2**50}).ok
    return world.client.export_labels(project.id)[1]


def boxes_of_coco_are_imported(world):
    task = coco_is_imported(world, "Coco boxes", polygon=False)
    assert task["labels"] == {
        "outdoor": [
            {
                "geometry": [{"x": 3.07, "y": 5.93, "w": 18.65, "h": 28.67}],
                "classifications": {"subcategory": ["traffic light"]},
            }
        ],
        "vehicle": [{"geometry": [{"x": 10, "y": 10, "w": 20, "h": 12}], "classifications": {"subcategory": ["car"]}}],
    }
    assert task["global_classifications"] == {"caption": ["a busy street"]}


def polygons_of_coco_are_imported(world):
    task = coco_is_imported(world, "Coco polygons", polygon=True)
    (light,), (car,) = task["labels"]["outdoor"], task["labels"]["vehicle"]
    assert light["geometry"] == [{"x": 3.07, "y": 5.93}, {"x": 21.7, "y": 6}, {"x": 20.25, "y": 34.5}]
    assert sorted((p["x"], p["y"]) for p in car["geometry"]) == [(10, 10), (10, 21), (29, 10), (29, 21)]


if __name__ == "__main__":
    here = World(sys.argv[1])
    for chapter in sys.argv[2:]:
        globals()[chapter](here)
        sys.stdout.write(f"{chapter}\n")
