import pytest

from transforms.discover import announced_feeds, refusal_of, usual_feeds

URL = "https://farside.example/news/"


def test_announced_feeds_are_found_absolute_and_comments_last():
    html = """
      <link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed">
      <LINK REL='alternate' TYPE='application/atom+xml' HREF='../atom.xml'>
      <link rel=alternate type=application/feed+json href=https://farside.example/feed.json>
      <link rel="alternate" hreflang="fr" href="/fr">
      <link rel="stylesheet" href="/x.css" type="application/rss+xml">
      <link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
    """

    assert announced_feeds(html, URL) == [
        "https://farside.example/atom.xml",
        "https://farside.example/feed.json",
        "https://farside.example/comments/feed",
    ]


def test_a_page_that_announces_thousands_is_not_believed():
    html = "".join(
        f"<link rel='alternate' type='application/rss+xml' href='/{n}'>" for n in range(5_000)
    )

    assert len(announced_feeds(html, URL)) == 10


def test_a_page_that_is_nothing_but_open_tags_takes_no_time():
    assert announced_feeds("<link " * 100_000, URL) == []


def test_the_usual_places_begin_with_the_part_of_the_site():
    found = usual_feeds(URL)

    assert found[:2] == ["https://farside.example/news/feed/", "https://farside.example/feed/"]
    assert "https://farside.example/rss.xml" in found
    assert usual_feeds("https://farside.example/")[0] == "https://farside.example/feed/"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://news.google.com/rss/search?q=moon", "browser"),
        ("https://www.bing.com/news/search?q=moon&format=rss", "other outlets"),
        ("https://apple.news/x", "app"),
    ],
)
def test_wrappers_are_refused_with_the_reason(url, words):
    assert words in refusal_of(url)


def test_a_feedburner_feed_is_a_feed():
    assert refusal_of("https://feeds.feedburner.com/farside") is None
