"""What feeds training reads our files: Hugging Face `datasets`, `webdataset`, DuckDB."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from labelwright.judges import datasets, webdataset
from labelwright.model.geometry import kind_of
from tests.judges.environment import judge, run
from tests.judges.exports import AREAS, SPLITS, Laid, assert_counted, assert_same, box_of, lay_out

DOCS = Path(__file__).parents[2] / "docs" / "formats.md"

LOAD = """
import json, os, runpy, sys
from datasets import disable_progress_bars, load_dataset
disable_progress_bars()
folder, cache, tool = sys.argv[1:]
os.environ["HF_HOME"] = cache
COLUMNS = ("category", "bbox", "area")
def pictures(dataset):
    return [
        {
            "medium": row["medium_id"],
            "size": row["image"].size,
            "objects": [
                [name, *box, area] for name, box, area in zip(*(row["objects"][key] for key in COLUMNS))
            ],
        }
        for row in dataset
    ]
folders = load_dataset("imagefolder", data_dir=folder + "/imagefolder", cache_dir=cache)
table = load_dataset("parquet", data_files=folder + "/parquet/labels.parquet", cache_dir=cache)["train"]
os.chdir(folder + "/imagefolder")
print(json.dumps({
    "seen": list(runpy.run_path(tool)["read"]("hugging-face")),
    "splits": {name: pictures(split) for name, split in folders.items()},
    "rows": [[row["path"], row["class"], row["kind"], row["xywh"], row["split"]] for row in table if row["class"]],
    "features": sorted(table.features),
}))
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("training")


@pytest.fixture(scope="module")
def laid(place: Path) -> dict[str, Laid]:
    return {
        "imagefolder": lay_out("hugging-face", place / "imagefolder", splits=SPLITS),
        "parquet": lay_out("parquet", place / "parquet"),
        "webdataset": lay_out("webdataset", place / "webdataset", shard="10"),
    }


@pytest.fixture(scope="module")
def loaded(laid: dict[str, Laid], place: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    python = judge("datasets", "datasets==5.2.0", "pillow")
    cache = tmp_path_factory.mktemp("cache")
    return json.loads(run(python, LOAD, str(place), str(cache), str(datasets.__file__)).splitlines()[-1])


def test_load_dataset_finds_the_pictures_of_each_split_with_their_objects(
    laid: dict[str, Laid], loaded: dict[str, Any]
) -> None:
    paths = {task.medium.id: task.medium.path for task in laid["imagefolder"].tasks}
    splits = {
        name.replace("validation", "val"): {paths[row["medium"]] for row in rows}
        for name, rows in loaded["splits"].items()
    }
    assert splits == {split: found for split, found in laid["imagefolder"].splits.items() if split}
    rows = [row for rows in loaded["splits"].values() for row in rows]
    found = {paths[row["medium"]]: [one[:5] for one in row["objects"]] for row in rows}
    assert_same(found, laid["imagefolder"].truth(AREAS))
    assert_counted(datasets, "hugging-face", laid["imagefolder"].folder, loaded["seen"])


def test_load_dataset_shows_pictures_in_the_size_that_labels_are_of(
    laid: dict[str, Laid], loaded: dict[str, Any]
) -> None:
    sizes = {task.medium.id: list(task.medium.size_wh) for task in laid["imagefolder"].tasks}
    assert {row["medium"]: row["size"] for rows in loaded["splits"].values() for row in rows} == sizes


def test_load_dataset_finds_every_row_of_the_table(laid: dict[str, Laid], loaded: dict[str, Any]) -> None:
    found: dict[str, list[tuple[Any, ...]]] = {task.medium.path: [] for task in laid["parquet"].tasks}
    for path, name, kind, box, _ in loaded["rows"]:
        found[path].append((f"{name} {kind}", *(box[side] for side in "xywh")))
    wanted = laid["parquet"].truth(
        lambda name, one: (f"{name} {kind_of(one.annotation.geometry).name}", *box_of(name, one)[1:])
    )
    assert_same(found, wanted)


WALK = """
import glob, io, json, os, runpy, sys
import webdataset
from PIL import Image
os.chdir(sys.argv[1])
sizes = []
shards = sorted(glob.glob("shards/*.tar"))
for sample in webdataset.WebDataset(shards, shardshuffle=False):
    (picture,) = [key for key in sample if key in {"png", "jpg"}]
    sizes.append(sorted(Image.open(io.BytesIO(sample[picture])).size))
seen = list(runpy.run_path(sys.argv[2])["read"]("webdataset"))
print(json.dumps({"shards": len(shards), "sizes": sizes, "seen": seen}))
"""


def test_webdataset_walks_over_every_picture_with_its_labels(laid: dict[str, Laid]) -> None:
    one = laid["webdataset"]
    python = judge("webdataset", "webdataset==1.0.2", "pillow")
    found = json.loads(run(python, WALK, str(one.folder), str(webdataset.__file__)))
    assert found["shards"] == (len(one.tasks) + 9) // 10
    assert [path for path, _ in found["seen"]] == [task.medium.path for task in one.tasks]
    assert_same({path: [(name, *box) for name, box in o] for path, o in found["seen"]}, one.truth(box_of))
    assert_counted(webdataset, "webdataset", one.folder, found["seen"])
    assert [tuple(size) for size in found["sizes"]] == [(120, 160)] * len(one.tasks)


QUERY = """
import json, os, sys
import duckdb
os.chdir(sys.argv[1])
print(json.dumps([duckdb.sql(query).fetchall() for query in sys.argv[2].split(";") if query.strip()]))
"""


def test_the_queries_in_the_docs_answer_what_they_say(laid: dict[str, Laid]) -> None:
    text = re.search(r"```sql\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert text is not None
    one = laid["parquet"]
    cars, unlabelled, corners = json.loads(run(judge("duckdb", "duckdb==2.0.1"), QUERY, str(one.folder), text[1]))

    scheme, wanted = one.one.scheme, {}
    for task in one.tasks:
        for labelled in scheme.labelled(task):
            if labelled.label_class.key == "car" and labelled.parent is None:
                answers = {q.name: a for q, a in scheme.answered(labelled.annotation.answers, labelled.label_class.id)}
                _, _, _, w, h = box_of("", labelled)
                wanted.setdefault(answers.get("car_type") or None, []).append(w * h)
    assert {kind: count for kind, count, _ in cars} == {kind: len(sizes) for kind, sizes in wanted.items()}
    for kind, _, mean in cars:
        assert mean == pytest.approx(sum(wanted[kind]) / len(wanted[kind]))
    assert {path for (path,) in unlabelled} == {t.medium.path for t in one.tasks if not t.document.annotations}
    rings = {
        a.id: a.geometry.points for t in one.tasks for a in t.document.annotations if hasattr(a.geometry, "points")
    }
    polygons = {
        i for t in one.tasks for i in (a.id for a in t.document.annotations if kind_of(a.geometry).name == "polygon")
    }
    assert sorted(map(tuple, corners)) == sorted((i, *point) for i in polygons for point in rings[i])
