"""Dates, ages and sizes as a person types them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from workbench.core.errors import InputError
from workbench.core.typed_amounts import age, byte_count, point_in_time


def test_a_day_begins_where_the_person_is() -> None:
    seoul = timezone(timedelta(hours=9))
    assert point_in_time("2026-11-01", "--before", seoul) == datetime(2026, 10, 31, 15, tzinfo=UTC)
    assert point_in_time("2026-11-01T12:00", "--before", seoul) == datetime(2026, 11, 1, 3, tzinfo=UTC)
    assert point_in_time("2026-11-01T12:00+00:00", "--before", seoul) == datetime(2026, 11, 1, 12, tzinfo=UTC)
    assert point_in_time("2026-11-01", "--before", None).tzinfo is not None


def test_ages_and_sizes() -> None:
    assert [age(text, "x") for text in ("12h", "90d", " 2 W", "1y", "0.5d")] == [
        timedelta(hours=12), timedelta(days=90), timedelta(weeks=2), timedelta(days=365), timedelta(hours=12),
    ]  # fmt: skip
    assert [byte_count(text, "x") for text in ("7", "500kB", "1.5 MB", "2GiB", "1m")] == [
        7, 500_000, 1_500_000, 2**31, 1_000_000,
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "d", "90", "-1d", "1e9d", "9999999y", "0d", "3 months", "١d"])
def test_what_is_no_age(text: str) -> None:
    with pytest.raises(InputError, match="not an age"):
        age(text, "--older-than")


@pytest.mark.parametrize("text", ["", "MB", "-1", "1 TB", "1,5MB"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(InputError, match="not a size"):
        byte_count(text, "--larger-than")


@pytest.mark.parametrize("text", ["", "today", "1.1.2026", "2026-13-01"])
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(InputError, match="not a date"):
        point_in_time(text, "--before", UTC)
