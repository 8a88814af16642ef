"""Article pages become articles: `tests/pages/` holds pages beside the records they become."""

import importlib.util
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.errors import InvalidURLError, PageError
from transforms.page import is_html, read_page
from transforms.schema import article_record

PAGES = Path(__file__).parent.parent / "pages"
NAMES = sorted(path.stem for path in PAGES.glob("*.html"))
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
URL = "https://farside.example/news/42"
BODY = "<p>The probe has woken up, and it has answered on the third call this morning.</p>"
STATED = '<meta property="article:published_time" content="2024-05-04T10:00:00Z">'


def beside(name):
    spec = importlib.util.spec_from_file_location(name, PAGES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def page(head="", body=BODY, title="Probe wakes"):
    return (
        f'<!doctype html><html><head><meta property="og:title" content="{title}">'
        f'<meta property="og:type" content="article">{head}</head><body>{body}</body></html>'
    )


def read(html, url=URL):
    return read_page(html, url, NOW)


@pytest.mark.parametrize("name", NAMES)
def test_page_becomes_the_record_beside_it(name):
    expected = beside(name)

    record = article_record(read_page((PAGES / f"{name}.html").read_bytes(), expected.URL, NOW))

    sources = record.pop("field_sources")
    assert record.pop("article_id")
    assert record.pop("canonical_url").startswith("https://")
    assert record == expected.RECORD
    assert {key: sources.get(key) for key in expected.SOURCES} == expected.SOURCES


def test_no_teaser_credit_or_caption_is_in_any_body():
    for name in NAMES:
        record = beside(name).RECORD
        figures = [block for block in record["body"] if block["type"] == "figure"]
        aside = [text for figure in figures for text in (figure["credit"], figure["caption"])]
        aside += [
            text for item in record["related_items"] for text in (item["title"], item["teaser"])
        ]
        article = read_page((PAGES / f"{name}.html").read_bytes(), beside(name).URL, NOW)

        texts = [block.text for block in article.body if block.text]

        assert not set(texts) & set(filter(None, aside))


def test_suffix_of_the_title_is_cut_only_if_it_is_the_sites_name():
    named = '<meta property="og:site_name" content="Far Side">'

    assert read(page(named, title="Probe wakes | Far Side")).title == "Probe wakes"
    assert read(page(named, title="Artemis II – Far Side")).title == "Artemis II"
    assert read(page(named, title="Falcon 9 Block 5 | Starlink 10-5")).title == (
        "Falcon 9 Block 5 | Starlink 10-5"
    )


def test_description_that_repeats_the_first_paragraph_is_no_standfirst():
    whole = "The probe has woken up, and it has answered on the third call this morning."
    for text in (whole, whole[:60] + "...", whole[:60] + " […]", whole[:60]):
        head = f'<meta property="og:description" content="{text}">'

        assert read(page(head)).dek is None


def test_canonical_address_counts_only_on_the_same_site():
    def canonical(href):
        return read(page(f'<link rel="canonical" href="{href}">')).url

    assert canonical("https://www.farside.example/news/42") == "https://www.farside.example/news/42"
    assert canonical("/news/probe") == "https://farside.example/news/probe"
    assert canonical("https://elsewhere.example/copy") == URL
    assert canonical("https://notfarside.example/42") == URL
    assert canonical("https://farside.example/") == URL
    assert canonical("javascript:alert(1)") == URL


def test_page_in_a_file_may_name_its_own_address():
    html = page('<link rel="canonical" href="https://farside.example/news/42">')

    assert read_page(html, None, NOW).url == URL
    assert read_page(page(), None, NOW).url is None


@pytest.mark.parametrize(
    ("head", "body", "published", "source"),
    [
        (STATED, BODY, "2024-05-04T10:00:00Z", "article:published_time"),
        ("", f'<time datetime="2024-05-04">May 4</time>{BODY}', "2024-05-04", "time"),
        ("", f"<h1>Probe wakes</h1><p>By A. Person | May 4, 2024</p>{BODY}", "2024-05-04", "text"),
        ("", f"<p>On May 4, 2024, it slept.</p>{BODY}", None, None),
    ],
)
def test_date_is_taken_from_the_first_place_that_states_one(head, body, published, source):
    article = read(page(head, body))

    if source is None:
        assert article.field_sources.get("published_at") in (None, "htmldate")
    else:
        assert article_record(article)["date_published"] == published
        assert article.field_sources["published_at"] == source


def test_guessed_date_is_flagged():
    article = read(page(body=f"{BODY}<div class='date'>19/04/2023</div>"))

    assert article.published_at == datetime(2023, 4, 19, tzinfo=UTC)
    assert article.flags == ("date_guessed",)


def test_date_in_the_future_is_refused_and_kept_as_text():
    article = read(page('<meta property="article:published_time" content="2031-01-01">'))

    assert article.published_at is None
    assert article.date_raw == "2031-01-01"
    assert article.flags == ("date_future",)


def test_credit_stays_with_its_own_picture_when_the_main_one_is_another():
    head = '<meta property="og:image" content="/card.png">'
    figures = (
        '<figure><img src="/moon-2022.jpg"><figcaption>Old. Credit: A</figcaption></figure>'
        '<figure><img src="/moon-2023.jpg"><figcaption>New. Credit: B</figcaption></figure>'
    )
    article = read(page(head, BODY + figures))

    assert article.hero.credit is None
    assert [(b.figure.url[-8:-4], b.figure.credit) for b in article.body if b.figure] == [
        ("2022", "A"),
        ("2023", "B"),
    ]


def test_article_is_known_by_its_canonical_address():
    one = read(page(), "https://www.farside.example/news/42?utm_source=feed")
    other = read(page(), "http://farside.example/news/42/")

    assert one.article_id == other.article_id


@pytest.mark.parametrize(
    ("encoding", "declaration"),
    [
        ("utf-8", ""),
        ("utf-16", ""),
        ("cp1252", ""),
        ("iso-8859-15", '<meta charset="iso-8859-15">'),
        ("koi8-r", '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">'),
        ("gb18030", '<meta charset="gb2312">'),
    ],
)
def test_pages_are_read_in_their_encoding(encoding, declaration):
    word = {"koi8-r": "Зонд", "gb18030": "月球"}.get(encoding, "Cañón")
    html = page(declaration, f"<p>{word} {BODY[3:]}")

    assert read(html.encode(encoding)).body[0].text.startswith(f"{word} The probe")


def test_utf_7_is_never_decoded():
    html = page('<meta charset="utf-7">', f"{BODY}<p>+ADw-script+AD4- \xff</p>").encode("latin-1")

    assert "<script" not in read(html).text


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<html><body></body></html>",
        "<title>Just a moment...</title><p>Checking your browser</p>",
        "<title>Far Side</title><h1>Far Side</h1><ul><li><a href=/1>One story</a></li></ul>",
        "\0\0\0",
        "<" * 100_000,
    ],
)
def test_page_without_an_article_says_so(html):
    with pytest.raises(PageError, match="holds no article"):
        read(html)


def test_address_that_is_none_is_refused():
    with pytest.raises(InvalidURLError):
        read(page(), "ftp://farside.example/")


HUGE = {
    "paragraphs": "<p>Words in a paragraph that is long enough to count.</p>" * 90_000,
    "depth": "<div>" * 400_000,
    "attributes": "<p " + " ".join(f"a{n}=1" for n in range(500_000)) + ">x",
    "sections": "<h2>Related</h2><ul><li><a href=/x>y</a></li></ul>" * 90_000,
    "json": '<script type="application/ld+json">' + "[" * 400_000 + "</script>",
    "scripts": "<script>" * 600_000,
}


@pytest.mark.parametrize("body", HUGE.values(), ids=HUGE.keys())
def test_five_megabytes_of_anything_are_read_within_seconds(body):
    started = process_time()

    article = read(page(body=BODY + body))

    assert process_time() - started < 10  # 1.2 s on an idle core
    assert article.body[0].text.startswith("The probe")


@pytest.mark.parametrize(
    "ld",
    [
        "null",
        "[]",
        "42",
        "{",
        '{"@type":"NewsArticle","headline":null}',
        '{"@type":["NewsArticle"],"headline":["Probe",{"a":1}],"author":{"name":{"x":[1]}}}',
        '{"@type":"NewsArticle","headline":{"a":"b"},"image":[[[]]],"keywords":{"a":[]}}',
        '{"@type":"NewsArticle","headline":"","image":{"url":{"@id":7}},"datePublished":{}}',
        '{"@type":"NewsArticle","author":{"@id":"#a"},"@graph":[{"@id":"#a","author":{"@id":"#a"}}]}',
        '{"@type":"NewsArticle","name":"x","image":{"width":' + "9" * 5_000 + "}}",
        '{"@type":"NewsArticle","headline":"\\ud800 Probe wakes","description":"\\u0000"}',
    ],
)
def test_json_ld_of_any_shape_is_passed_over(ld):
    article = read(page(f'<script type="application/ld+json">{ld}</script>'))

    assert article.title.endswith(("wakes", "Probe", "x"))
    assert article.text.startswith("The probe")


@given(st.data())
def test_mutilated_pages_are_articles_or_none(data):
    html = (PAGES / f"{data.draw(st.sampled_from(NAMES))}.html").read_bytes()
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(html))] * 2)))
    rubbish = data.draw(st.binary(max_size=20) | st.sampled_from([b"<", b'"', b"</div>", b"<!--"]))

    try:
        article = read(html[:start] + rubbish + html[end:])
    except PageError:
        return

    assert article.title
    assert all(block.text or block.figure for block in article.body)
    assert article.word_count == len(article.text.split())


@pytest.mark.parametrize(
    ("body", "is_page"),
    [
        (b"<!DOCTYPE html><html>", True),
        (b"\xef\xbb\xbf<!doctype HTML>", True),
        ("<html>".encode("utf-16"), True),
        (b"\n <div>fragment</div>", True),
        (b"Photo by: NASA\n\nNASA\n\nA title about <html> tags", False),
        (b"", False),
    ],
)
def test_pages_are_told_from_saved_text(body, is_page):
    assert is_html(body) is is_page


def test_reading_pages_loads_no_heavy_library_until_it_is_needed():
    code = "import sys, transforms.page; print({'trafilatura', 'htmldate'} & {*sys.modules})"

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "set()"
