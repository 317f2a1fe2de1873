"""Segmentation by a model is not offered, and says so."""

import pytest
from starlette.testclient import TestClient

from tests.v1.refusals import refused


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "aiseg/1/prepare"), ("POST", "aiseg/calculate"), ("DELETE", "aiseg/1/finish")]
)
def test_segmentation_by_a_model_is_not_available(v1: TestClient, method: str, path: str) -> None:
    assert refused(v1.request(method, path)) == (503, "ex_service_unavailable", ["ai"])
