"""What a benchmark says: a claim, what was measured, the limit; one JSON line each for `python -m benchmarks`."""

import json
from typing import NamedTuple


class Claim(NamedTuple):
    """`measured` and `limit` are for people; `passed` is for machines."""

    claim: str
    measured: str
    limit: str
    passed: bool


def report(claims: list[Claim]) -> int:
    """Print the claims; the exit status says whether all of them hold."""
    for claim in claims:
        print(f"{'ok ' if claim.passed else 'NOT'} {claim.claim}: {claim.measured} (limit {claim.limit})")
    for claim in claims:
        print(json.dumps(claim._asdict()))
    return 0 if all(claim.passed for claim in claims) else 1
