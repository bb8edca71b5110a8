"""Numbered rows: lists without a header, as spreadsheets and scripts write them."""

import pytest

from fer_probe.faces.face_images import FacesError
from fer_probe.faces.numbered_rows import first_row, numbered_rows


def test_rows_have_the_numbers_that_people_see(tmp_path):
    """Empty lines count and are passed over; spaces, quotes and a byte order mark are no part of a cell."""
    table = tmp_path / "list.csv"
    table.write_text('a.png, "(0, 1)" ,3\n\nb.png,,\n', encoding="utf-8-sig")
    assert list(numbered_rows(table)) == [(1, ["a.png", "(0, 1)", "3"]), (3, ["b.png", "", ""])]
    assert first_row(table) == ["a.png", "(0, 1)", "3"]


def test_what_is_no_text(tmp_path):
    """It has no first row to recognise it by; to read it is an error that names it. An empty file has no rows."""
    table = tmp_path / "list.csv"
    table.write_bytes(b"\xff\xfe\x00\x80\n")
    assert first_row(table) == first_row(tmp_path / "gone.csv") == []
    with pytest.raises(FacesError, match=r"list\.csv cannot be read, or is no text"):
        list(numbered_rows(table))
    table.write_bytes(b"")
    assert first_row(table) == list(numbered_rows(table)) == []
