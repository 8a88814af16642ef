import pytest

from transforms.media import MAX_IMAGES, read_images
from transforms.records import Figure

BASE = "https://pictures.example/feed"
HEAD = '<rss xmlns:media="http://search.yahoo.com/mrss/"><channel>'


def images(markup):
    [found] = read_images(f"{HEAD}<item>{markup}</item></channel></rss>".encode(), BASE)
    return found


def test_each_picture_has_the_credit_of_its_own():
    a, b = images(
        '<media:content url="/a.jpg" medium="image"><media:credit>A</media:credit></media:content>'
        '<media:content url="/b.jpg" medium="image"><media:credit>B</media:credit></media:content>'
    )

    assert (a.url, a.credit) == ("https://pictures.example/a.jpg", "A")
    assert (b.url, b.credit) == ("https://pictures.example/b.jpg", "B")


def test_a_credit_of_the_entry_is_that_of_pictures_without_one():
    a, b = images(
        "<media:credit>Both</media:credit>"
        '<media:content url="/a.jpg" medium="image"><media:credit>A</media:credit></media:content>'
        '<media:content url="/b.jpg" medium="image"/>'
    )

    assert (a.credit, b.credit) == ("A", "Both")


def test_of_a_group_the_widest_picture_stands_for_all_sizes():
    found = images(
        '<media:group><media:content url="/s.jpg" medium="image" width="9"/>'
        '<media:content url="/l.jpg" medium="image" width="900"/></media:group>'
    )

    assert [figure.url for figure in found] == ["https://pictures.example/l.jpg"]


@pytest.mark.parametrize(
    "markup",
    [
        '<media:content url="/a.mp4" type="video/mp4"/>',
        '<media:content url="/a.mp3" medium="audio"/>',
        '<enclosure url="/a.mp3" type="audio/mpeg"/>',
        '<media:content medium="image"/>',
        '<media:thumbnail url=" "/>',
        '<media:content url="http://[" medium="image"/>',
    ],
)
def test_films_sounds_and_pictures_without_an_address_are_none(markup):
    assert images(markup) == ()


def test_the_same_picture_twice_is_once():
    found = images('<enclosure url="/a.jpg" type="image/jpeg"/><media:thumbnail url="/a.jpg"/>')

    assert found == (Figure(url="https://pictures.example/a.jpg"),)


def test_of_twenty_thousand_pictures_fifty_are_kept():
    many = "".join(f'<media:content url="/{n}.jpg" medium="image"/>' for n in range(20_000))

    assert len(images(many)) == MAX_IMAGES


def test_a_document_without_pictures_is_not_read_again():
    assert read_images(b"<rss><channel><item/></channel></rss>", BASE) == []


def test_what_no_parser_can_read_has_no_pictures():
    assert read_images(b"media: \x00\x00", BASE) == []
