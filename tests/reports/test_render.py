import re
from dataclasses import replace

import invented_week
import pytest
from bs4 import BeautifulSoup
from factories import SETTINGS, VOCABULARY, WEEK, a_picture, a_story, a_week, an_article

from reports.issue import assemble_issue
from reports.render import pictures_of, render_html, render_letter, render_text
from transforms.errors import ConfigError, RenderError


def assembled(*stories, pictures=None, settings=SETTINGS, vocabulary=VOCABULARY):
    return assemble_issue(a_week(stories), WEEK, vocabulary, settings, pictures or {})


@pytest.fixture(scope="module")
def whole():
    return assemble_issue(
        invented_week.news(),
        WEEK,
        VOCABULARY,
        SETTINGS,
        invented_week.pictures(),
        corrections=invented_week.CORRECTIONS,
        late=invented_week.LATE,
    )


def page(issue, **options):
    return BeautifulSoup(render_html(issue, SETTINGS, **options), "html.parser")


def test_the_parts_stand_in_the_editors_order(whole):
    headings = [h.get_text() for h in page(whole).find_all("h2")]

    wanted = [
        whole.lead.headline,
        whole.cards[0].headline,
        "Who covered what",
        "The week by the numbers",
        "What the outlets wrote about",
        "Moon",
        "More space news",
        whole.picture_of_the_week.headline,
        "Only one outlet had it",
        "Continuing stories",
        "Corrections and updates",
        "Dates the stories mention",
        "Late but worth it",
        "How this issue came about",
    ]
    assert [heading for heading in headings if heading in wanted] == wanted


def test_the_text_tells_what_the_html_tells(whole):
    text = render_text(whole, SETTINGS)
    html = page(whole)

    links = {a["href"] for a in html.find_all("a") if a["href"].startswith("https://farside")}
    assert links
    assert all(link in text for link in links)
    for heading in html.find_all("h3"):
        assert heading.get_text().split()[0] in text


def test_every_outlet_of_a_card_is_linked_to_its_own_report():
    story = a_story("Probe wakes", ["Farside Daily", "Perihelion", "Deep Field"])

    html = page(assembled(story))

    links = {a.get_text(): a["href"] for a in html.find_all("a")}
    assert links["Perihelion"] == story.coverage[1].url
    assert links["Deep Field"] == story.coverage[2].url


def test_a_hostile_title_stays_text():
    issue = assembled(a_story("<script>alert(1)</script>", ['<img src=x onerror="alert(2)">']))

    html = page(issue)

    assert html.find("script") is None
    assert html.find("img") is None
    assert html.h2.get_text() == "<script>alert(1)</script>"
    assert "<script>alert(1)</script>" in render_text(issue, SETTINGS)


def test_right_to_left_text_has_its_own_direction_and_language():
    story = a_story(an_article("المسبار يستيقظ", language="ar"), ["الفلك"])

    html = page(assembled(story))

    assert html.h2.attrs["dir"] == "auto"
    assert html.h2.attrs["lang"] == "ar"
    assert html.find("a", string="الفلك")["dir"] == "auto"


def test_dark_colours_are_kept_and_named_for_every_tag(whole):
    html = render_html(whole, SETTINGS)

    assert html.count("prefers-color-scheme:dark") == 1
    assert all(f".{tag.style}{{color:{tag.glow}!important}}" in html for tag in whole.tags)


def test_the_letter_reads_the_same_without_its_style_sheet(whole):
    html = page(whole)
    [style] = html.find_all("style")

    style.decompose()

    assert "font-family:Georgia" in html.h1["style"]
    assert "background-color:#0B1B2E" in html.find("h1").find_parent("td")["style"]


@pytest.mark.parametrize(
    ("images", "source"),
    [
        ("cid", "cid:{}@perigee.example"),
        ("remote", "https://perigee.example/letters/2026-W47/pictures/{}"),
        ("file", "pictures/{}"),
    ],
)
def test_pictures_are_where_they_should_be(whole, images, source):
    sources = {image["src"] for image in page(whole, images=images).find_all("img")}

    assert sources == {source.format(picture.name) for picture in pictures_of(whole)}


def test_every_picture_is_followed_by_its_credit(whole):
    own = whole.week_chart.picture.name
    images = page(whole, images="file").find_all("img")

    assert [i["src"] for i in images if i.get("data-credit") == "none"] == [f"pictures/{own}"]
    for image in images:
        if own in image["src"]:
            continue
        assert image.find_next("p", class_="credit").get_text().startswith("Picture: ")


def test_ground_and_ink_of_a_chart_stand_in_one_style(whole):
    html = page(whole)

    # Thunderbird in the dark drops bgcolor, and an ink without its ground.
    dots = html.select("[aria-label='Reports by topic and day'] span")
    assert dots
    for dot in dots:
        assert "background-color:" in dot["style"]
        assert re.search(r"(^|;)color:#0B1B2E", dot["style"])
    bars = html.select("[aria-label='Articles by topic'] td table td")
    assert bars
    assert [bar for bar in bars if "background-color:" not in bar["style"]] == []


def test_without_pictures_none_are_shown(whole):
    html = page(whole, images="none")

    assert html.find("img") is None
    assert "Picture" not in html.get_text()
    days = html.find("th", string="First of a story").find_next_siblings("td")
    assert [int(day.get_text()) for day in days] == list(whole.week_chart.firsts)


def test_remote_pictures_need_a_place_where_they_are_published():
    settings = replace(SETTINGS, archive_url=None)
    story = a_story()
    issue = assembled(story, pictures={story.lead.article_id: a_picture()}, settings=settings)

    with pytest.raises(ConfigError, match="'remote' needs archive_url"):
        render_html(issue, settings, images="remote")


def test_an_unknown_place_for_pictures_is_refused():
    with pytest.raises(ConfigError, match="'inline' is unknown; take one of cid, remote"):
        render_html(assembled(), SETTINGS, images="inline")


def test_where_issues_are_not_published_nothing_leads_to_a_page():
    settings = replace(SETTINGS, archive_url=None, feed_url=None)
    issue = assembled(*(a_story(f"Story {n}") for n in range(40)), settings=settings)

    html = render_html(issue, settings)

    assert "Read on the web" not in html
    assert "perigee.example/letters" not in html
    assert "26 stories did not fit into this letter." in html
    assert "5 of 40 stories" in html


def test_the_web_page_has_everything_and_links_within_itself(whole):
    html = page(whole, full=True)

    ids = {element["id"] for element in html.find_all(id=True)}
    targets = {a["href"][1:] for a in html.find_all("a") if a["href"].startswith("#")}
    assert targets
    assert targets <= ids
    assert "did not fit" not in html.get_text()


def test_what_a_letter_links_to_on_the_web_page_is_there(whole):
    targets = {
        a["href"].partition("#")[2]
        for a in page(whole).find_all("a")
        if a["href"].startswith(whole.web_url) and "#" in a["href"]
    }
    ids = {element["id"] for element in page(whole, full=True).find_all(id=True)}

    assert targets
    assert targets <= ids


def test_a_letter_that_cannot_be_small_enough_is_an_error():
    with pytest.raises(RenderError, match="barest letter is larger than 1000 bytes"):
        render_html(assembled(a_story()), replace(SETTINGS, max_html_bytes=1000))


def test_a_page_offers_to_leave_by_mail():
    link = page(assembled()).find("a", string="Unsubscribe")

    assert link["href"] == "mailto:leave@perigee.example?subject=unsubscribe"


def test_a_letter_carries_only_the_pictures_that_it_shows(whole):
    bare = render_letter(whole, replace(SETTINGS, images="none"))
    remote = render_letter(whole, replace(SETTINGS, images="remote"))
    small = render_letter(whole, replace(SETTINGS, max_html_bytes=30_000))

    assert bare.pictures == remote.pictures == ()
    assert render_letter(whole, SETTINGS).pictures == pictures_of(whole)
    assert [p.name for p in small.pictures] == [
        p.name for p in pictures_of(whole) if p.name in small.html
    ]
    assert len(small.pictures) < len(pictures_of(whole))


def test_a_vocabulary_of_none_or_many_renders():
    story = a_story(tags=["lunar"])
    many = tuple(replace(VOCABULARY[0], tag_id=f"t{n}") for n in range(80))

    for vocabulary in ((), many):
        html = render_html(assembled(story, vocabulary=vocabulary), SETTINGS)
        assert story.lead.title in html


def test_the_same_issue_is_drawn_the_same(whole):
    assert render_html(whole, SETTINGS) == render_html(whole, SETTINGS)
    assert render_text(whole, SETTINGS) == render_text(whole, SETTINGS)
