"""Addresses of articles: clean enough to link to, one spelling to compare by."""

import json
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from transforms.errors import InvalidURLError
from transforms.urls import canonical_url, clean_url, is_local, is_wrapper, unwrapped_url


@pytest.mark.parametrize(
    ("raw", "url"),
    [
        ("HTTP://Example.TEST", "http://example.test/"),
        (" http://example.test/sp ace ", "http://example.test/sp%20ace"),
        ("http://user:pw@example.test/x", "http://example.test/x"),
        ("https://example.test:443/a", "https://example.test/a"),
        ("http://example.test:8080/a", "http://example.test:8080/a"),
        ("http://example.test./a", "http://example.test/a"),
        ("http://example.test/\x7f", "http://example.test/"),
        ("ht\ntps://example.test/a\r\n", "https://example.test/a"),
        ("http://ex\u0430mple.test/", "http://xn--exmple-4nf.test/"),
        ("http://straße.test/ü?q=ü#ü", "http://xn--strae-oqa.test/%C3%BC?q=%C3%BC#%C3%BC"),
        ('http://example.test/?q="<script>', "http://example.test/?q=%22%3Cscript%3E"),
        ("http://example.test/100%?a=%zz", "http://example.test/100%25?a=%25zz"),
        ("http://example.test/%e2%82%ac", "http://example.test/%e2%82%ac"),
        ("http://[2001:DB8::0:1]:80/", "http://[2001:db8::1]/"),
        ("http://example.test/a#b", "http://example.test/a#b"),
    ],
)
def test_an_address_is_made_fit_to_link_to(raw, url):
    assert clean_url(raw) == url


@pytest.mark.parametrize(
    ("raw", "url"),
    [
        ("/a", "https://example.test/a"),
        ("../c?d#e", "https://example.test/c?d#e"),
        ("//other.test/x", "https://other.test/x"),
        ("http://other.test/x", "http://other.test/x"),
        ("", "https://example.test/x/y"),
    ],
)
def test_a_relative_address_is_joined_to_its_base(raw, url):
    assert clean_url(raw, "https://user:pw@Example.test/x/y") == url


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "a",
        "/a",
        "//example.test/x",
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://example.test/x",
        "mailto:a@example.test",
        "tag:example.test,2026:1",
        "http://",
        "http:///x",
        "http://./",
        "http://exa mple.test/",
        "http://*.test/",
        "http://-a.test/",
        f"http://{'a' * 64}.test/",
        f"http://example.test/{'a' * 2048}",
        "http://example.test/" + "ü" * 400,
        "http://example.test:0/",
        "http://example.test:99999/",
        "http://example.test:x/",
        "http://example.test\\@other.test/",
        "http://[::1%25lo]/x",
        "http://[fe80::1%eth0]/",
        "http://[::1/",
        "http://[v1.x]/",
        "http://%31%32%37.0.0.1/",
        "http://0x7f000001/",
        "http://2130706433/",
        "http://127.1/",
        "http://0177.0.0.1/",
        "http://1.2.3.4.5/",
        "http://example.256/",
    ],
)
def test_an_address_that_is_no_plain_web_address_is_refused(raw):
    with pytest.raises(InvalidURLError) as error:
        clean_url(raw)

    assert "is refused: " in str(error.value)
    assert len(str(error.value)) < 400


def test_joining_does_not_let_another_scheme_in():
    for raw in ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd"):
        with pytest.raises(InvalidURLError):
            clean_url(raw, "https://example.test/")


SAME = [
    [
        "https://spacenews.test/starship",
        "HTTP://SpaceNews.test/starship/?utm_source=rss#comments",
        "http://www.spacenews.test:80/starship",
        "https://m.spacenews.test/starship",
        "https://mobile.spacenews.test/starship?amp=1",
        "https://amp.spacenews.test/starship",
        "https://www.spacenews.test/starship/amp/",
        "https://spacenews.test/starship?outputType=amp",
        "https://spacenews.test//starship/index.html",
        "https://spacenews.test/a/../starship/.",
        "https://spacenews.test/%73tarship;jsessionid=0A1B",
        "https://spacenews.test/starship?fbclid=1&gclid=2&mc_cid=3&mc_eid=4&igshid=5",
        "https://spacenews.test/starship?at_medium=RSS&at_campaign=KARANGA&ns_source=x",
        "https://spacenews.test/starship?ref=rss&source=rss&partner=rssnyt&emc=rss&smid=tw",
        "https://spacenews.test/starship?WT.mc_id=1&_ga=2&spm=3&xtor=RSS-1&utm%5Fcontent=4",
        "https://spacenews.test/starship?&",
    ],
    ["https://a.test/x.html", "https://a.test/x.amp.html", "http://a.test/x.html.amp"],
    ["https://a.test/x?a=1&b=2", "https://a.test/x?b=2&a=1", "https://a.test/x/?b=2&&a=1&cmp=x"],
    ["https://a.test/%C3%BC~", "https://a.test/ü%7E", "https://a.test/%c3%bc~"],
    ["https://a.test/", "http://www.a.test", "https://a.test/index.php", "https://a.test/?ref=rss"],
    ["https://a.test/#!/one", "http://a.test/#!/one"],
]


@pytest.mark.parametrize("same", SAME)
def test_twins_of_one_article_have_one_canonical_address(same):
    assert {canonical_url(url) for url in same} == {same[0]}


@pytest.mark.parametrize(
    "different",
    [
        ["https://a.test/?p=123", "https://a.test/?p=124", "https://a.test/"],
        ["https://a.test/u?id=5", "https://a.test/u?id=6", "https://a.test/u"],
        ["https://a.test/x?a=1&a=2", "https://a.test/x?a=2&a=1"],
        ["https://a.test/x?ref=8812", "https://a.test/x?ref=8813"],
        ["https://a.test/x?source=probe", "https://a.test/x?source=crew"],
        ["https://a.test/x?cid=77", "https://a.test/x?cid=78"],
        ["https://a.test/X", "https://a.test/x"],
        ["https://a.test/a%2Fb", "https://a.test/a/b"],
        ["https://a.test:8080/", "https://a.test/"],
        ["https://a.test/#!/one", "https://a.test/#!/two"],
        ["https://news.a.test/x", "https://a.test/x"],
        ["https://m.test/x", "https://a.test/x"],
        ["https://www.co.uk/x", "https://m.co.uk/x"],
        ["https://a.test/champ", "https://a.test/ch"],
        ["https://a.test/amp", "https://a.test/"],
        ["https://a.test/x?v=1", "https://a.test/x?v=2", "https://a.test/x?page=2"],
        ["https://a.test/x?at=1", "https://a.test/x?at=2"],
    ],
)
def test_different_articles_keep_different_addresses(different):
    assert len({canonical_url(url) for url in different}) == len(different)


HOSTS = st.sampled_from(["a.test", "www.m.a.test", "www.www.b.test", "amp.co.uk", "m.x", "[::1]"])
SOUP = st.text(alphabet="aA1./?&=#!%2e5Fü~;:@ \\+'utm_mprfs-", max_size=40)


@given(HOSTS, SOUP)
@example("a.test", "/x/amp/index.html/amp.amp;jsessionid=1/..")
@example("a.test", "/%252e%252e/%2e%2E//a?%75tm_x=1&&b=%2f#!%7e")
@example("a.test", "/" + "a" * 2030)
def test_the_canonical_address_of_a_canonical_address_is_itself(host, rest):
    try:
        canonical = canonical_url(f"http://{host}/{rest}")
    except InvalidURLError:
        return

    assert canonical_url(canonical) == canonical
    assert clean_url(canonical) == canonical


@given(st.text(max_size=60), st.sampled_from([None, "https://a.test/b/"]))
def test_any_text_is_cleaned_or_refused(raw, base):
    try:
        url = clean_url(raw, base)
    except InvalidURLError:
        return

    assert url.isascii()
    assert url.startswith(("http://", "https://"))
    assert not set(url) & set(' "<>\\^`{|}\t\r\n')
    assert clean_url(url) == url


@pytest.mark.parametrize(
    ("wrapper", "target"),
    [
        ("https://www.google.com/url?q=http://a.test/x&sa=D", "http://a.test/x"),
        ("https://www.google.de/url?sa=t&url=https%3A%2F%2Fa.test%2Fx", "https://a.test/x"),
        ("https://news.google.com/news/url?sa=t&url=https://a.test/x", "https://a.test/x"),
        ("https://www.google.com/amp/s/a.test/x/amp/", "https://a.test/x/amp/"),
        ("https://a-test.cdn.ampproject.org/c/s/a.test/x", "https://a.test/x"),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fa.test%2Fx&h=1", "https://a.test/x"),
        (
            "http://www.bing.com/news/apiclick.aspx?ref=1&url=https%3a%2f%2fa.test",
            "https://a.test/",
        ),
        ("https://r.search.yahoo.com/_ylt=A/RU=https%3a%2f%2fa.test%2fx/RK=2", "https://a.test/x"),
        (
            "https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.google.com%2Furl%3Fq%3Dhttps%253A%252F%252Fa.test%252F",
            "https://a.test/",
        ),
        ("https://www.google.com/url?q=javascript:alert(1)", None),
        ("https://www.google.com/url?q=/relative", None),
        ("https://feedproxy.google.com/~r/spacenews/~3/abc/", None),
        ("https://news.google.com/rss/articles/CBMiX", None),
        ("https://bit.ly/3abc", None),
    ],
)
def test_a_wrapper_is_known_and_opened_where_it_carries_its_target(wrapper, target):
    assert is_wrapper(wrapper)
    assert unwrapped_url(wrapper) == target


@pytest.mark.parametrize(
    "url",
    [
        "https://a.test/?url=https://b.test/",
        "https://www.google.com/search?q=https://a.test",
        "https://feeds.feedburner.com/spacenews",
        "https://habit.ly/x",
        "https://t.co.a.test/x",
        "https://bit.ly/",
        "https://notgoogle.test/url?q=https://a.test",
    ],
)
def test_an_articles_own_address_is_no_wrapper(url):
    assert not is_wrapper(url)
    assert unwrapped_url(url) is None


def test_private_hosts_are_told_by_their_spelling(shared):
    listed = json.loads((shared / "hostile" / "addresses.json").read_text())

    for row in listed["allow"]:
        assert not is_local(row["url"])
    for url in ("http://localhost/", "http://10.0.0.1/", "http://printer.local/", "http://wiki/"):
        assert is_local(url)


def test_long_hostile_addresses_cost_little():
    began = time.perf_counter()
    for raw in (
        "http://" + "a." * 5_000_000,
        "http://a.test/" + "/amp" * 500,
        "http://a.test/" + ";jsessionid=" * 160,
        "http://a.test/?" + "utm_" * 500,
        "http://a.test/?" + "&" * 2000,
        "http://a.test/" + "../" * 600,
    ):
        try:
            canonical_url(raw)
        except InvalidURLError:
            continue

    assert time.perf_counter() - began < 1
