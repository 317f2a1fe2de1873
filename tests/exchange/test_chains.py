"""Records in a temporary file, by the text that each belongs to."""

import tempfile

from hypothesis import given
from hypothesis import strategies as some

from labelwright.exchange.chains import Chains


@given(some.lists(some.tuples(some.sampled_from("abc"), some.binary(max_size=9))))
def test_records_come_back_by_text_in_their_order(pairs: list[tuple[str, bytes]]) -> None:
    wanted: dict[str, list[bytes]] = {}
    with tempfile.TemporaryFile() as file:
        chains = Chains(file)
        for text, record in pairs:
            chains.add(text, record)
            wanted.setdefault(text, []).append(record)
        assert [chains.all(number) for number in range(len(chains))] == list(wanted.values())
        assert [chains.last(number) for number in range(len(chains))] == [found[-1] for found in wanted.values()]
        assert [chains.find(text) for text in wanted] == list(range(len(wanted)))
        assert chains.find("none of these") is None
