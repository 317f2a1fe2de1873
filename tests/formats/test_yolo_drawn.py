"""What label files of YOLO have as numbers is what they have line by line, with the same faults."""

import random
from pathlib import Path

import pytest

from labelwright.exchange.files import open_files
from labelwright.exchange.found import LabelFile
from labelwright.formats import FORMATS

ODD = {
    "yolo": (
        "0 0.5 0.5 0.2",
        "0 0.5 0.5 0.2 0.2 0.9",
        "0 0.5 0.5 0 0.2",
        "0 0.5 0.5 -0.1 0.2",
        "0 0.5 0.5 0.2 1.1",
    ),
    "yolo-seg": (
        "0 0.1 0.1 0.2 0.1",
        "0 0.1 0.1 0.2 0.1 0.2",
        "0 0.1 0.1 0.2 0.1 0.2 0.2 0.1 0.1",  # a point twice
        "0 0.1 0.1 0.9 0.1 0.9 0.9 0.4 0.4 0.6 0.4 0.6 0.6 0.4 0.6 0.4 0.4 0.9 0.9 0.1 0.9",  # a bridge
        "0 0.1 0.1 0.2 0.1 1.2 0.2",
    ),
}
EITHER = (
    "2 0.5 0.5 0.2 0.2 0.3 0.3",  # no such class
    "0.0 0.5 0.5 0.2 0.2",
    "1e0 0.5 0.5 0.2 0.2",
    "-1 0.5 0.5 0.2 0.2",
    "00 0.5 0.5 0.2 0.2",
    "1000000000 0.5 0.5 0.2 0.2",
    "0  0.5 0.5 0.2 0.2",
    " 0 0.5 0.5 0.2 0.2",
    "0 0.5 0.5 0.2 0.2 ",
    "0\t0.5 0.5 0.2 0.2",
    "0 .5 0.5 0.2 0.2",
    "0 +0.5 0.5 0.2 0.2",
    "0 0.5 0.5 0.2 nan",
    "0 0.5 0.5 0.2 1e999",
    "0 0.5 0.5 0.2 0,2",
    "0 0.5 0.5 0.2 -",
    "0",
    "",
    "car",
)


def lines_of(form: str, chance: random.Random) -> list[str]:
    def share() -> float:
        value = chance.random()
        return chance.choice((value, value, value * 1e-6, 1 + value * 1e-6, *([1] if form == "yolo" else [])))

    def shares(count: int) -> str:
        return " ".join(str(share()) for _ in range(count))

    counts = [4] * 5 if form == "yolo" else [2 * chance.randint(3, 9) for _ in range(5)]
    return [f"{chance.randint(0, 1)} {shares(count)}" for count in counts]


def opened(form: str, folder: Path, texts: list[str]) -> LabelFile:
    (folder / "labels").mkdir(exist_ok=True)
    (folder / "data.yaml").write_text("names: [car, tree]\n")
    for number, text in enumerate(texts):
        (folder / f"labels/{number}.txt").write_bytes(text.encode())
    read = FORMATS[form].read
    assert read is not None
    return read(open_files(folder))


@pytest.mark.parametrize("form", ["yolo", "yolo-seg"])
def test_numbers_hold_what_lines_hold(form: str, tmp_path: Path) -> None:
    chance = random.Random(form)  # noqa: S311 - shapes, no secrets
    plain = [f"{line}\n" for line in lines_of(form, chance)]
    texts = ["".join(plain), *plain, plain[0].rstrip(), "\ufeff" + plain[0], plain[0].replace("\n", "\r\n"), ""]
    for odd in (*ODD[form], *EITHER):
        texts += [f"{odd}\n", f"{plain[1]}{odd}\n{plain[2]}"]
    one, other = opened(form, tmp_path, texts), opened(form, tmp_path, texts)
    media = list(one.media())
    assert other.drawn is not None
    numbered = 0
    for whole, (medium, shapes) in zip(media, other.drawn(), strict=True):
        if shapes is None:
            assert medium == whole
            continue
        numbered += 1
        assert (medium.path, medium.place, medium.split) == (whole.path, whole.place, whole.split)
        assert shapes.geometries() == [found.geometry for found in whole.objects]
    assert numbered == 1 + len(plain)
    assert other.faults.kept == one.faults.kept
