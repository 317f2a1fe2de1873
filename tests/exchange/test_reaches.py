"""How far shapes reach, of what is found of some of them at a time."""

import random
from tempfile import TemporaryFile

import numpy as np
import pytest

from labelwright.exchange import reaches
from labelwright.exchange.reaches import Reaches


@pytest.mark.parametrize("seed", range(6))
def test_reaches_of_parts_are_united(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaches, "_AT_ONCE", 3)
    chance = random.Random(seed)  # noqa: S311 - numbers, no secrets
    wanted: dict[int, list[float]] = {}
    with Reaches(TemporaryFile) as found:
        for _ in range(chance.randrange(9)):
            numbers: list[int] = []
            for _ in range(chance.randrange(9)):
                numbers.append(chance.choice([*wanted, len(wanted)]))
                wanted.setdefault(numbers[-1], [np.inf, np.inf, -np.inf, -np.inf])
            some = [[chance.uniform(-9, 9) for _ in range(4)] for _ in numbers]
            for number, (left, top, right, bottom) in zip(numbers, some, strict=True):
                a, b, c, d = wanted[number]
                wanted[number] = [min(a, left), min(b, top), max(c, right), max(d, bottom)]
            found.add(np.array(numbers, dtype=np.int64), np.array(some).reshape(-1, 4))
        assert found.united().tolist() == [wanted[number] for number in range(len(wanted))]
