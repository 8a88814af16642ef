"""Dates of feeds: a moment in UTC or nothing, never a guess."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.dates import REJECTED, iso_z, parse_date

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def read(raw):
    moment = parse_date(raw, NOW)
    return moment.at and iso_z(moment.at), moment.precision, moment.flag


def test_every_listed_date_comes_out_as_it_should(shared):
    listed = json.loads((shared / "hostile" / "dates.json").read_text())
    now = datetime.fromisoformat(listed["now"])

    wrong = []
    for row in listed["dates"]:
        moment = parse_date(row["raw"], now)
        got = {
            "utc": iso_z(moment.at) if moment.at else None,
            "precision": moment.precision,
            "flag": "date_rejected" if moment.flag in REJECTED else moment.flag,
        }
        if got not in [row["expected"], *row.get("also_accepted", [])]:
            wrong.append((row["raw"], got))

    assert wrong == []
    assert len(listed["dates"]) == 42


@pytest.mark.parametrize(
    ("raw", "utc"),
    [
        ("Tue, 16 Mar 2021 12:00:00 +0000 (UTC)", "2021-03-16T12:00:00Z"),
        ("Tuesday, 16-Mar-21 12:00:00 GMT", "2021-03-16T12:00:00Z"),
        ("Tue Mar 16 12:00:00 PST 2021", "2021-03-16T20:00:00Z"),
        ("16 Mar 2021 12:00 UTC+1", "2021-03-16T11:00:00Z"),
        ("2021-03-16T12:00:00+5:30", "2021-03-16T06:30:00Z"),
        ("2021-03-16T12:00:00 +0200", "2021-03-16T10:00:00Z"),
        ("2021-03-16T00:00:00+14:00", "2021-03-15T10:00:00Z"),
        ("2021-03-16 12:00:00.5 est", "2021-03-16T17:00:00.500000Z"),
        ("Mon, 1st February 2021 4:05 pm AEST", "2021-02-01T06:05:00Z"),
        ("March 16, 2021 12:30 AM UTC", "2021-03-16T00:30:00Z"),
        ("\u00a0Tue, 16 Mar\u00a02021 12:00:00 GMT\n", "2021-03-16T12:00:00Z"),
        ("2021-12-31T23:59:60Z", "2022-01-01T00:00:00Z"),
    ],
)
def test_common_spellings_of_a_moment_are_read(raw, utc):
    assert read(raw) == (utc, "second", None)


@pytest.mark.parametrize("raw", ["Sept. 3, 2022", "3 September 2022", "2022/09/03", "3rd Sep 2022"])
def test_a_date_without_time_is_known_to_the_day(raw):
    assert read(raw) == ("2022-09-03T00:00:00Z", "day", None)


def test_a_time_without_zone_is_read_as_utc_and_marked():
    assert read("16 Mar 2021 12:00") == ("2021-03-16T12:00:00Z", "second", "zone_assumed")


def test_of_a_zone_that_names_several_only_the_day_is_kept():
    for zone in ("IST", "AST", "XYZ"):
        expected = ("2021-03-16T00:00:00Z", "day", "zone_ambiguous")
        assert read(f"16 Mar 2021 12:00 {zone}") == expected


@pytest.mark.parametrize(
    ("raw", "flag"),
    [
        ("1990-12-31T23:59:59Z", "date_implausible"),
        ("16 Mar 2021 00:30 am GMT", "date_implausible"),
        ("16 Mar 2021 12:00 +14:01", "date_implausible"),
        ("2021-02-29", "date_implausible"),
        ("2021-03-16T24:00:01Z", "date_implausible"),
        ("2026-11-24T12:00:01Z", "date_future"),
        ("20210316", "date_unreadable"),
        ("yesterday", "date_unreadable"),
        ("3pm", "date_unreadable"),
        ("2021-03-16 or so", "date_unreadable"),
        ("1" * 10_000_000, "date_unreadable"),
    ],
)
def test_a_doubtful_date_is_none_with_a_reason(raw, flag):
    moment = parse_date(raw, NOW)

    assert (moment.at, moment.precision, moment.flag) == (None, None, flag)
    assert moment.raw == raw[:200]


def test_two_days_ahead_is_a_wrong_clock_and_more_is_not_believed():
    assert read("2026-11-24T12:00:00Z") == ("2026-11-24T12:00:00Z", "second", None)


@pytest.mark.parametrize("raw", [None, "", "  \n", "\u200b"])
def test_no_date_is_nothing_and_no_reproach(raw):
    moment = parse_date(raw, NOW)

    assert (moment.at, moment.raw, moment.flag) == (None, None, None)


@given(st.text(max_size=60))
def test_any_text_is_read_without_an_error(raw):
    moment = parse_date(raw, NOW)

    assert (moment.at is None) == (moment.precision is None)
    assert moment.at is None or moment.at <= NOW + timedelta(hours=48)


@given(
    st.datetimes(datetime(1991, 1, 2), datetime(2026, 11, 20)),  # noqa: DTZ001 the zone is added
    st.integers(-14 * 60, 14 * 60),
)
def test_what_software_writes_is_read_back(naive, minutes):
    zone = timezone(timedelta(minutes=minutes))
    moment = naive.replace(microsecond=0, tzinfo=zone)

    for raw in (moment.isoformat(), moment.strftime("%a, %d %b %Y %H:%M:%S %z")):
        read_back = parse_date(raw, NOW)
        assert read_back.at == moment
        assert (read_back.flag, read_back.at.tzinfo) == (None, UTC)
