import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.columns import WIDTH, padded, width_of, wrapped


@given(st.text(alphabet="abc xyz -,.探测器🚀مسبار", max_size=400))
def test_lines_never_exceed_the_page_and_lose_no_word(text):
    lines = wrapped(text, "-  ").split("\n")

    assert all(width_of(line) <= WIDTH for line in lines)
    assert "".join("".join(lines).split())[1:] == "".join(text.split())


def test_an_address_is_never_broken():
    address = "https://farside.example/" + "x" * 100

    assert wrapped(f"Read {address} now") == f"Read\n{address}\nnow"


def test_further_lines_are_indented_below_the_first():
    assert wrapped("one two three", "-  ", width=10) == "-  one two\n   three"


@pytest.mark.parametrize("text", ["Mars", "火星", "a very long topic"])
def test_a_cell_is_exactly_as_wide_as_its_column(text):
    assert width_of(padded(text, 9)) == 9
    assert width_of(padded(text, 9, right=True)) == 9
