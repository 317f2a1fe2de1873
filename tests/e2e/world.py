"""Projects to label in the browser tests: pictures with known places, a configuration of every type."""

import io
from dataclasses import dataclass
from math import cos, pi, sin
from secrets import token_hex
from typing import Any
from urllib.parse import quote

import httpx2
from PIL import Image, ImageDraw

from labelwright.model.ids import IdMaker, now_ms

Json = dict[str, Any]
W, H = 800, 600
new_id = IdMaker(now_ms)


def picture(width: int = W, height: int = H, *, shade: int = 0) -> bytes:
    """Give a PNG with a grid every 100 pixels, so that places can be told apart in screenshots."""
    image = Image.new("RGB", (width, height), (58 + shade, 84, 96))
    pen = ImageDraw.Draw(image)
    for x in range(0, width, 100):
        for y in range(0, height, 100):
            if (x + y) // 100 % 2 == 0:
                pen.rectangle((x, y, x + 99, y + 99), fill=(76 + shade, 104, 112))
    return encoded(image)


def encoded(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def geometry(key: str, kind: str, color: str | None, shortcut: str | None = None, *children: Json) -> Json:
    return {**_class(key, kind), "color": color, "shortcut": shortcut, "children": list(children)}


def question(key: str, kind: str, *options: str, required: bool = False, children: tuple[Json, ...] = ()) -> Json:
    found = [{"key": option.lower(), "name": option} for option in options]
    limit = 60 if kind == "free_text" else None
    return {**_class(key, kind), "options": found, "required": required, "maxLength": limit, "children": list(children)}


def _class(key: str, kind: str) -> Json:
    empty = {"color": None, "shortcut": None, "required": False, "options": [], "maxLength": None, "children": []}
    return {"id": None, "key": key, "name": key.replace("_", " ").capitalize(), "type": kind, **empty}


def every_type() -> list[Json]:
    """Give a configuration with every kind of geometry and of question, nested ones and required ones."""
    return [
        geometry("buoy", "point", "#f2b134", "1"),
        geometry("rope", "line", "#4c9be8", "2"),
        geometry("sail", "polygon", "#a678de", "3"),
        geometry(
            "ship",
            "rectangle",
            "#e8604c",
            "4",
            question("type", "option", "Tug", "Ferry", "Liner", required=True),
            question("marks", "checklist", "Flag", "Name", "Anchor"),
            question("note", "free_text"),
            geometry("window", "rectangle", "#3fb68b"),
        ),
        geometry("water", "image_segmentation", "#2fb5c7", "5"),
        geometry("land", "image_segmentation", "#7fb93d", "6"),
        question(
            "weather",
            "option",
            "Sun",
            "Rain",
            children=(question("strength", "option", "Low", "Mid", "High", "Storm", "Hurricane"),),
        ),
    ]


@dataclass(frozen=True)
class World:
    """A project with its dataset and its tasks, in the order of their pictures."""

    project: str
    name: str
    dataset: str
    tasks: tuple[str, ...]


def ok(answer: httpx2.Response) -> Any:
    assert answer.is_success, f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
    return answer.json() if answer.content else None


def build(
    api: httpx2.Client, classes: list[Json], pictures: list[bytes] | None = None, *, release: bool = True
) -> World:
    """Make a project with one task for each picture."""
    name = f"Harbour {token_hex(3)}"
    project = ok(api.post("/api/projects", json={"name": name, "shortDescription": "Ships"}))["id"]
    dataset = ok(api.post("/api/datasets", json={"name": name, "shortDescription": "Ships"}))["id"]
    for index, content in enumerate([picture()] if pictures is None else pictures):
        upload(api, dataset, f"{index:03}.png", content)
    configuration = ok(api.get(f"/api/projects/{project}/configuration"))
    ok(
        api.put(
            f"/api/projects/{project}/configuration", json={"revision": configuration["revision"], "classes": classes}
        )
    )
    ok(api.put(f"/api/projects/{project}/datasets/{dataset}"))
    if release:
        ok(api.post(f"/api/projects/{project}/tasks/move", json={"direction": "WAITING", "datasetId": "ALL"}))
    tasks = ok(api.get(f"/api/projects/{project}/tasks"))["items"]
    return World(project, name, dataset, tuple(task["id"] for task in tasks))


def upload(api: httpx2.Client, dataset: str, name: str, content: bytes) -> Json:
    headers = {"X-filename": quote(name), "Content-Type": "application/octet-stream"}
    medium: Json = ok(api.post(f"/api/datasets/{dataset}/media", content=content, headers=headers))
    return medium


def labels(api: httpx2.Client, task: str) -> Json:
    """Give what the server has of a task's labels."""
    document: Json = ok(api.get(f"/api/tasks/{task}"))["document"]
    return document


def classes_of(api: httpx2.Client, project: str) -> dict[str, str]:
    """Give the ids of all classes by key."""
    found: dict[str, str] = {}

    def enter(items: list[Json]) -> None:
        for item in items:
            found[item["key"]] = item["id"]
            enter(item["children"])

    enter(ok(api.get(f"/api/projects/{project}/configuration"))["classes"])
    return found


def annotation(class_id: str, geometry: Json, parent: str | None = None) -> Json:
    """Give an annotation as the editor makes it."""
    made = {"source": "user", "createdBy": None, "createdAt": 0, "changedBy": None, "changedAt": 0}
    own = {"id": new_id(), "classId": class_id, "parentId": parent, "geometry": geometry, "answers": {}}
    return {**own, "z": 0, "comment": None, **made}


def save(api: httpx2.Client, task: str, **difference: Any) -> Json:
    """Save one difference on the latest revision, as another person would."""
    opened = ok(api.get(f"/api/tasks/{task}"))
    nothing = {"created": [], "updated": [], "deleted": [], "answers": {"set": {}, "removed": []}}
    revisions = {"revision": opened["revision"], "configurationRevision": opened["configuration"]["revision"]}
    saved: Json = ok(
        api.patch(f"/api/tasks/{task}/labels", json={"changeId": new_id(), **revisions, **nothing, **difference})
    )
    return saved


def circle(index: int, *, left_of: int = 780) -> Json:
    x, y = 20 + index * 37 % (left_of - 20), 20 + index * 53 % 560
    points = [[round(x + 15 * cos(k * pi / 10), 2), round(y + 15 * sin(k * pi / 10), 2)] for k in range(20)]
    return {"kind": "polygon", "points": points}
