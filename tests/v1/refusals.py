"""What a refusal says to old clients, for comparing."""

from typing import Any

FIELDS = {"key", "params", "msg", "code", "details"}


def refused(answer: Any) -> tuple[int, str, list[str]]:
    """Status, key and parameters of a refusal; its body has the fields that clients can take, and no other."""
    body = answer.json()
    assert body.keys() == FIELDS
    assert body["code"] == answer.status_code
    assert body["msg"]
    return answer.status_code, body["key"], body["params"]


def detail_of(answer: Any) -> tuple[str, str]:
    """Name and key of the one field that a validation error is about."""
    assert refused(answer) == (400, "ex_validation", [])
    (detail,) = answer.json()["details"]
    return detail["name"], detail["key"]
