from datetime import date

import pytest
from factories import a_figure, an_article, paragraphs
from hypothesis import given
from hypothesis import strategies as st

from reports.words import (
    ELLIPSIS,
    clean,
    count_of,
    occurs_in,
    sentences,
    shorten,
    span_of,
    summary,
)

WORDS = (
    *("The", "U.S.", "craft", "flew.", "It", "landed", "(twice)", "in", "St.", "Ives!", "12.5"),
    *("km,", "or", "so?", "探测器醒来。", "مسبار", "🚀👩\u200d🚀", "Dr.", "Li"),
)
PROSE = st.lists(st.sampled_from(WORDS), min_size=1, max_size=60).map(" ".join)


@given(PROSE, st.integers(10, 120))
def test_shortened_text_fits_and_begins_as_the_whole_does(text, limit):
    short = shorten(text, limit)

    assert len(short) <= limit
    assert text.startswith(short.removesuffix(ELLIPSIS))


@given(PROSE)
def test_the_sentences_of_a_text_are_its_words_again(text):
    assert "".join(sentences(text)).replace(" ", "") == text.replace(" ", "")


@given(st.text(), st.integers(20, 200))
def test_a_summary_always_occurs_in_what_was_stored(dek, limit):
    article = an_article("Anything", dek=dek, body=paragraphs("A body. With two sentences."))

    told = summary(article, limit)

    assert told
    assert occurs_in(told, article)


def test_words_that_nobody_wrote_do_not_occur():
    article = an_article(dek="It flew for an hour.")

    assert not occurs_in("It flew for two hours.", article)


def test_text_is_cut_at_a_sentence_where_enough_is_left():
    text = "It flew for an hour. It landed in the sea, which nobody had planned for."

    assert shorten(text, 40) == "It flew for an hour."


def test_text_is_cut_at_a_word_where_no_sentence_ends():
    assert shorten("The quick probe jumps over the lazy rover", 22) == "The quick probe jumps…"


def test_text_without_spaces_is_cut_between_characters():
    assert shorten("探测器在第二个月夜之后醒来", 6) == "探测器在第…"


@pytest.mark.parametrize("character", ["👩‍🚀", "e\u0301", "👍🏽"])
def test_a_character_built_of_several_is_never_split(character):
    short = shorten(character * 30, 20).removesuffix(ELLIPSIS)

    assert short
    assert short.replace(character, "") == ""


@pytest.mark.parametrize(
    "text",
    [
        "The U.S. Space Force agreed.",
        "Dr. Li and J. R. Okafor saw it.",
        "It flew on Nov. 16 at 9.30 a.m. local time.",
        "It cost 1.5 billion.",
    ],
)
def test_a_full_stop_within_a_sentence_does_not_end_it(text):
    assert sentences(text) == [text]


def test_a_summary_is_the_dek_or_else_the_first_sentences_of_the_body():
    body = paragraphs("The first. The second is longer than what there is room for here.")

    assert summary(an_article(dek="The dek.", body=body), 30) == "The dek."
    assert summary(an_article(dek=None, body=body), 20) == "The first."


def test_a_dek_that_only_repeats_the_title_is_no_summary():
    article = an_article("Probe wakes", dek="Probe wakes.", body=())

    assert summary(article, 100) is None


def test_a_pictures_caption_in_the_deks_place_is_no_summary():
    article = an_article(
        dek="The probe at dusk.",
        hero=a_figure(caption="The probe at dusk"),
        body=paragraphs("The probe at dusk.", "It answered on the third call."),
    )

    assert summary(article, 100) == "It answered on the third call."


def test_an_override_that_would_turn_the_letter_around_is_taken_out():
    assert clean("safe \u202etext\u2066 \x00here\ud83d") == "safe text here"


def test_joiners_that_scripts_and_emoji_need_stay():
    assert clean("👩‍🚀 می‌خواهم") == "👩‍🚀 می‌خواهم"


def test_counts_read_like_words():
    assert count_of(1, "story", "stories") == "one story"
    assert count_of(1234, "article") == "1,234 articles"


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 11, 16), date(2026, 11, 22), "16–22 November 2026"),
        (date(2026, 11, 30), date(2026, 12, 6), "30 November – 6 December 2026"),
        (date(2026, 12, 28), date(2027, 1, 3), "28 December 2026 – 3 January 2027"),
    ],
)
def test_a_week_names_its_month_and_year_once(first, last, words):
    assert span_of(first, last) == words
