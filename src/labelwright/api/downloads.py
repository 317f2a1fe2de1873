"""Addresses of files. Programs that load large files ask first (HEAD), and are told what GET would send."""

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import APIRouter

Act = TypeVar("Act", bound=Callable[..., Any])


def file_at(router: APIRouter, path: str, **described: Any) -> Callable[[Act], Act]:
    """Serve what a function answers at an address, and to HEAD the same without its body."""

    def serve(act: Act) -> Act:
        router.get(path, **described)(act)
        return router.head(path, include_in_schema=False)(act)

    return serve
