"""Logs: readable lines in a terminal, JSON lines on request; never a token, never a password."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRET = re.compile(r"(lw_[\w-]{4})[\w-]+|((?:token|password)=)[^&\s\"']+")


def configure_logs(*, as_json: bool, level: int = logging.INFO) -> None:
    """Set up structlog, and bring the standard library's logs into it. Requests are logged at INFO."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            without_secrets,
            structlog.processors.JSONRenderer()
            if as_json
            else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING, handlers=[ToStructlog()], force=True)


def without_secrets(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Cut tokens and passwords out of everything that is logged, wherever they stand."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = SECRET.sub(lambda found: f"{found[1] or found[2]}***", value)
    return event


class ToStructlog(logging.Handler):
    """Hand records of other libraries to structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        logger = structlog.get_logger(record.name)
        logger.log(record.levelno, record.getMessage(), exc_info=record.exc_info)
