"""Write tests/samples/corpus from the cases in tests/formats/corpus, or check that it is fresh (`--check`).

Pictures are made once and kept, as their bytes follow the version of a library; the labels name their digests.
"""

import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.formats.corpus.files import text_files, write_pictures  # noqa: E402 - found by the line above


def main() -> int:
    if "--check" not in sys.argv:
        write_pictures()
        for path, content in text_files():
            path.write_bytes(content)
        return 0
    stale = [path for path, content in text_files() if not path.exists() or path.read_bytes() != content]
    for path in stale:
        sys.stderr.write(f"{path.relative_to(ROOT)} is not what the cases say. Run: make schema\n")
    return min(len(stale), 1)


if __name__ == "__main__":
    sys.exit(main())
