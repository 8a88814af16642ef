import pytest
from feedserver import Answer, scripted
from polled import a_feed

from transforms.decode import decode_page
from transforms.errors import ConfigError
from transforms.opml import Listed, read_opml, write_opml

FOREIGN = """<?xml version="1.0"?>
<opml version="1.0"><body>
  <outline text="Observatories">
    <outline text="Dome &amp; Sky" type="rss" xmlUrl="https://dome.example/feed?a=1&amp;b=2"/>
  </outline>
  <outline text="Misc">
    <outline title="Blog" text="Blog" xmlUrl="http://blog.example/rss" category="/Blogs,/x"/>
    <outline text="Dome again" xmlUrl="https://www.dome.example/feed?b=2&amp;a=1"/>
    <outline text="Local" xmlUrl="file:///etc/passwd"/>
    <outline text="No feed"/>
  </outline>
</body></opml>
"""


def test_what_was_written_comes_back_whole():
    feeds = [
        a_feed("farside", title='A "quoted" & <marked> title', kind="agency"),
        a_feed("nearside", kind="blog", publisher="The Desk", weight=0.5, pages=True),
    ]

    listed = read_opml(write_opml(feeds, "Perigee"))

    assert listed == tuple(
        Listed(f.url, f.title, f.feed_id, f.kind, f.publisher, f.weight, f.pages) for f in feeds
    )


def test_other_readers_find_folders_titles_and_addresses():
    text = write_opml([a_feed("farside", kind="agency")], "Perigee")

    assert '<outline text="agency"' in text
    assert 'type="rss"' in text
    assert 'xmlUrl="https://farside.example/feed"' in text


def test_a_list_of_another_program_is_read_each_address_once():
    dome, blog = read_opml(FOREIGN)

    assert (dome.title, dome.url) == ("Dome & Sky", "https://dome.example/feed?a=1&b=2")
    assert (dome.kind, blog.kind) == ("observatory", "blog")
    assert (dome.feed_id, dome.publisher) == (None, None)


@pytest.mark.parametrize("text", ["", "words", "<opml><body/></opml>", "<rss/>"])
def test_what_names_no_feed_is_an_error(text):
    with pytest.raises(ConfigError, match="no feed"):
        read_opml(text)


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE x [<!ENTITY a "&b;&b;">]><opml><body/></opml>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><opml><body>&a;</body></opml>',
        '<!DOCTYPE x [<!ENTITY % a SYSTEM "http://dome.example/x.dtd"> %a;]><opml/>',
        '<opml a=b><!doctype x [<!entity a "a">]><body/></opml>',
    ],
)
def test_a_list_that_declares_entities_is_refused(document):
    with pytest.raises(ConfigError, match="refused: it declares entities"):
        read_opml(document)


def test_a_list_that_is_nested_without_end_is_refused():
    with pytest.raises(ConfigError, match="refused: it holds elements nested"):
        read_opml("<opml><body>" + "<outline text='a'>" * 100_000)


def test_a_text_that_is_an_address_is_no_list_and_is_never_asked_for():
    with scripted(list=Answer(body=FOREIGN.encode())) as server:
        with pytest.raises(ConfigError, match="no feed"):
            read_opml(f"{server.url}/list")

        assert server.asked == []


def test_bare_ampersands_and_letters_of_all_alphabets_come_through():
    text = (
        "<?xml version='1.0' encoding='ISO-8859-1'?><opml><body><outline type='rss'"
        " text='Dôme & Ciel 月' description='R&D' xmlUrl='https://dome.example/f?a=1&b=2'/>"
        "</body></opml>"
    )

    [listed] = read_opml(text)

    assert (listed.title, listed.url) == ("Dôme & Ciel 月", "https://dome.example/f?a=1&b=2")


def test_lists_that_other_programs_wrote_are_read_whole(shared):
    lists = sorted((shared / "feeds" / "captured" / "opml").glob("*.opml"))
    assert lists

    for path in lists:
        text = decode_page(path.read_bytes())

        listed = read_opml(text)

        assert len(listed) == text.count("xmlUrl=")
        assert all(feed.title and feed.url.startswith("http") for feed in listed)


@pytest.mark.parametrize("value", ["../x", "a b", "", "-a"])
def test_an_id_that_could_not_stand_in_the_configuration_is_left_out(value):
    text = write_opml([a_feed("farside")], "x").replace('"farside"', f'"{value}"')

    assert read_opml(text)[0].feed_id is None
