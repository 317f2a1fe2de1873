"""A client that holds every answer against the OpenAPI document: path, status, content type, and each field."""

import copy
import re
from functools import lru_cache
from typing import Any

import jsonschema_rs
from httpx2 import Response
from starlette.testclient import TestClient


class Promise:
    """What the OpenAPI document promises, strictly: a field that it does not name is a fault."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.components = {"schemas": copy.deepcopy(document["components"]["schemas"])}
        for name, schema in self.components["schemas"].items():
            if "properties" in schema and name != "Problem":
                schema.setdefault("additionalProperties", False)
        self.operations = [
            (method.upper(), re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        ]
        self._validator = lru_cache(maxsize=None)(self._make_validator)

    def check(self, answer: Response) -> None:
        """Raise AssertionError for an answer that is not as described; addresses outside the document are let be."""
        method, path = answer.request.method, answer.request.url.path
        index = next((i for i, (m, p, _) in enumerate(self.operations) if m == method and p.fullmatch(path)), None)
        if index is None:
            return
        responses = self.operations[index][2]["responses"]
        status = str(answer.status_code)
        status = status if status in responses else f"{status[0]}XX"
        assert status in responses, f"{method} {path}: status {answer.status_code} is not described"
        contents = responses[status].get("content", {})
        if not answer.content:
            return
        kind = answer.headers["content-type"].partition(";")[0]
        described = kind if kind in contents else f"{kind.partition('/')[0]}/*"
        assert described in contents, (
            f"{method} {path}: {answer.status_code} {kind} is not described: {answer.text[:300]}"
        )
        if kind.endswith("json"):
            faults = list(self._validator(index, status, described).iter_errors(answer.json()))
            assert not faults, f"{method} {path} {status}: {faults[0]}"

    def _make_validator(self, index: int, status: str, kind: str) -> Any:
        schema = self.operations[index][2]["responses"][status]["content"][kind]["schema"]
        return jsonschema_rs.validator_for({**schema, "components": self.components})


class CheckedClient(TestClient):
    """`promise` is set by the fixture that makes it."""

    promise: Promise

    def request(self, *args: Any, **kwargs: Any) -> Response:
        answer = super().request(*args, **kwargs)
        self.promise.check(answer)
        return answer
