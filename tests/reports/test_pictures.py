from io import BytesIO

import pytest
from factories import a_figure, a_picture, a_story, a_week, an_article
from PIL import Image

from reports.pictures import pictures_wanted, place_picture


def placed(picture, *, is_lead=False):
    return place_picture(picture, "Probe wakes", is_lead=is_lead)


@pytest.mark.parametrize("credit", [None, "", "  \u200b "])
def test_a_picture_without_credit_is_not_shown(credit):
    assert placed(a_picture(credit=credit)) is None


def test_a_leads_broad_picture_takes_the_column_at_twice_its_pixels():
    shown = placed(a_picture(2560, 1440), is_lead=True)

    with Image.open(BytesIO(shown.data)) as image:
        assert (image.format, image.size) == ("JPEG", (1280, 720))
    assert (shown.is_wide, shown.width) == (True, 640)


def test_a_leads_upright_picture_stands_beside_the_text():
    shown = placed(a_picture(800, 1200), is_lead=True)

    assert not shown.is_wide
    assert shown.is_tall
    assert shown.width < 260


def test_a_cards_picture_is_small_but_fills_a_phone():
    shown = placed(a_picture(1280, 720))

    with Image.open(BytesIO(shown.data)) as image:
        assert image.width == 640
    assert shown.width == 200


def test_a_picture_is_shown_whole():
    shown = placed(a_picture(1000, 625))

    with Image.open(BytesIO(shown.data)) as image:
        assert image.width / image.height == pytest.approx(1000 / 625, rel=0.01)


def test_a_picture_that_is_small_enough_stays_as_it_is():
    picture = a_picture(400, 300)

    assert placed(picture).data == picture.data


def test_the_same_picture_has_the_same_name_and_another_another():
    assert placed(a_picture(shade=40)).name == placed(a_picture(shade=40)).name
    assert placed(a_picture(shade=40)).name != placed(a_picture(shade=90)).name


def test_webp_and_transparent_pictures_become_jpeg():
    out = BytesIO()
    Image.new("RGBA", (300, 200), (9, 9, 9, 0)).save(out, "WEBP")

    shown = placed(a_picture(300, 200, data=out.getvalue(), media_type="image/webp"))

    assert shown.media_type == "image/jpeg"
    assert shown.data.startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    "data", [b"", b"<svg/>", b"GIF89a", b"\xff\xd8\xff\xe0 not much of a JPEG"]
)
def test_what_is_no_picture_is_not_shown(data):
    assert placed(a_picture(data=data)) is None


def test_a_cut_off_picture_is_not_shown():
    whole = a_picture(1280, 720)

    assert placed(a_picture(data=whole.data[: len(whole.data) // 2])) is None


@pytest.mark.parametrize(
    ("alt", "caption", "words"),
    [
        ("A dark sky", "The sky.", "A dark sky"),
        ("DSC_0042.jpg", "The sky.", "The sky."),
        ("image", None, "Picture of the story “Probe wakes”"),
    ],
)
def test_who_does_not_see_a_picture_reads_what_it_shows(alt, caption, words):
    assert placed(a_picture(alt=alt, caption=caption)).alt == words


def test_pictures_are_wanted_of_the_best_stories_that_credit_theirs():
    credited = an_article("Credited", hero=a_figure())
    others = [
        an_article("No picture"),
        an_article("No credit", hero=a_figure(credit=None)),
        an_article("No address", hero=a_figure(url=None)),
    ]
    low = [an_article(f"Low {n}", hero=a_figure()) for n in range(30)]
    news = a_week([a_story(article) for article in [*others, credited, *low]])

    wanted = pictures_wanted(news, cards=8)

    assert wanted[0] == credited.article_id
    assert others[0].article_id not in wanted
    assert len(wanted) == 1 + 8 + 12 - len(others)
