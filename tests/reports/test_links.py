import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.links import page_url, reader_url, unsubscribe_mailto
from reports.records import SenderSettings


@pytest.mark.parametrize(
    ("given_url", "link"),
    [
        ("https://a.example/x?utm_source=rss&utm_medium=feed", "https://a.example/x"),
        ("https://a.example/x?id=7&fbclid=abc#part", "https://a.example/x?id=7#part"),
        ("https://a.example/x?utm_source=rss&id=7", "https://a.example/x?id=7"),
        (
            "https://a.example/?u=https://b.example/?UTM_Campaign=1",
            "https://a.example/?u=https://b.example/",
        ),
        ("https://a.example/x?b=2&amp;a=1", "https://a.example/x?b=2&a=1"),
        ("http://a.example:8080//x", "http://a.example:8080//x"),
        ("https://a.example/ein Wort/ü", "https://a.example/ein%20Wort/%C3%BC"),
        ("https://müller.example/", "https://xn--mller-kva.example/"),
        ('https://a.example/"><script>', "https://a.example/%22%3E%3Cscript%3E"),
        ("https://a.example/{{x}}", "https://a.example/%7B%7Bx%7D%7D"),
        ("https://[2001:db8::1]/x", "https://[2001:db8::1]/x"),
    ],
)
def test_a_link_leads_to_the_article_without_tracking(given_url, link):
    assert reader_url(given_url) == link


@pytest.mark.parametrize(
    "given_url",
    [
        None,
        "",
        "/relative",
        "//a.example/x",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://a.example/x",
        "https://user:secret@a.example/",
        "https:///x",
        "https://a.example:port/",
        "https://[half/",
        "https://a..example/",
        "https://a.example/" + "x" * 3000,
    ],
)
def test_what_is_no_safe_address_is_not_linked(given_url):
    assert reader_url(given_url) is None


@given(st.text())
def test_whatever_a_feed_gives_becomes_a_plain_address_or_none(path):
    link = reader_url(f"https://a.example/{path}")

    assert link is None or (link.isascii() and not any(c in link for c in ' <>"{}\n\\'))


@given(st.text(alphabet="utm_source=fbclid&?#;x1/", max_size=60))
def test_a_cleaned_link_stays_as_it_is(rest):
    link = reader_url(f"https://a.example/{rest}")

    assert reader_url(link) == link


def test_an_issue_has_a_page_where_issues_are_published():
    assert page_url("https://a.example/l/", "2026-W47") == "https://a.example/l/2026-W47/"
    assert page_url(None, "2026-W47") is None


def test_a_reader_can_always_leave_by_mail():
    settings = SenderSettings(sender="Perigee <letters@a.example>")

    assert unsubscribe_mailto(settings) == "mailto:letters@a.example?subject=unsubscribe"
