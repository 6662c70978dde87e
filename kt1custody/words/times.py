"""Times for machines."""

from datetime import tzinfo

from kt1custody.i18n import local_time


def clock_time(at: int | None, zone: tzinfo) -> str | None:
    """Write a time for machines: ISO 8601 with the office's offset from UTC."""
    return None if at is None else local_time(at, zone).isoformat()
