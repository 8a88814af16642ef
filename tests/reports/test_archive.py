"""The archive's pages: what each tells, and that their links hold wherever the site lies."""

import json
from dataclasses import replace
from datetime import timedelta

from bs4 import BeautifulSoup
from factories import NOON, SETTINGS, VOCABULARY, WEEK, a_report, a_story, a_week, an_article, an_id

from reports.archive import (
    Edition,
    Site,
    draw_moved,
    draw_pages,
    draw_search,
    draw_story,
    dress_issue,
    tellings_of,
)
from reports.archive_records import Revision, issue_from_json, issue_json, keep_issue
from reports.issue import assemble_issue
from reports.render import render_html

LUNAR = Edition("lunar", "Lunar Letter", "Only the Moon")
WEEKLY = Edition("weekly", "Perigee", "Every event once")
HOSTILE = '<script>alert(1)</script> & "quoted" \u202e'


def told(stories, week=WEEK, revisions=None, before=None, settings=SETTINGS):
    news = a_week(stories)
    issue = assemble_issue(news, week, VOCABULARY, settings, {})
    return keep_issue(
        news,
        issue,
        week,
        VOCABULARY,
        settings,
        revisions=revisions or {},
        made_of="f" * 32,
        before=before,
    )


def a_site(*issues, editions=(WEEKLY,), base_url=None):
    newest_first = tuple(sorted(issues, key=lambda issue: issue.week, reverse=True))
    return Site(editions, newest_first, VOCABULARY, "en", "Europe/Berlin", base_url)


def page_of(site, story_id):
    return BeautifulSoup(draw_story(site, tellings_of(site)[story_id]), "html.parser")


def test_kept_issue_survives_its_json():
    revision = Revision(
        "a", "2026-11-19T08:00:00Z", is_material=True, why="a number", runs={"title": [("-", "12")]}
    )
    story = a_story(publishers=("Farside Daily", "Deep Field"))
    issue = told([story], revisions={story.lead.article_id: (revision,)})

    assert issue_from_json(issue_json(issue)) == issue


def test_story_page_lists_who_told_it_and_why_each_belongs():
    story = a_story(publishers=("Farside Daily", "Deep Field"))
    first, second = story.coverage
    story = replace(story, coverage=(first, replace(second, why="both name meridian (+1.2)")))
    site = a_site(told([story]))

    page = page_of(site, story.story_id)

    [_, other] = page.select(".reports li")
    assert other.select_one("b").text == "Deep Field"
    assert other.select_one(".what a")["href"] == second.url
    assert other.select_one(".why").text == "Here because both name meridian (+1.2)"


def test_story_page_says_which_report_repeats_which():
    story = a_story(publishers=("Farside Daily",))
    [original] = story.coverage
    copy = a_report(
        an_article("Copy"),
        "Orbital Newswire",
        duplicate_of=original.article_id,
        why="repeats it: same title",
    )
    site = a_site(told([replace(story, coverage=(original, copy))]))

    page = page_of(site, story.story_id)

    [why] = page.select(".repeat .why")
    assert why.text == "Repeats Farside Daily: same title"
    assert page.select_one(why.a["href"]).select_one("b").text == "Farside Daily"


def test_story_page_shows_what_an_article_said_before_and_says_now():
    story = a_story()
    runs = {"body": [("=", "It carries"), ("-", "12"), ("+", "14"), ("=", "instruments.")]}
    revision = Revision(
        story.lead.article_id, "2026-11-19T08:00:00Z", is_material=True, why="a number", runs=runs
    )
    site = a_site(told([story], revisions={story.lead.article_id: (revision,)}))

    [change] = page_of(site, story.story_id).select(".revision")

    assert change.summary.text == "Changed Thu 19 Nov: a number"
    assert (change.find("del").text, change.find("ins").text) == ("12", "14")


def test_story_page_adds_up_its_rank():
    story = replace(a_story(), score=5.5, score_parts={"publishers": 5.0, "picture": 0.5})
    site = a_site(told([story]))

    rows = [row.text for row in page_of(site, story.story_id).select(".sum tr")]

    assert rows == ["independent outlets+5.00", "a picture with its credit+0.50", "Sum5.50"]


def test_story_that_two_weeks_told_has_one_page_with_both_weeks_reports():
    early = an_article("Probe wakes", published_at=NOON - timedelta(days=7))
    late = an_article("Probe walks")
    first = a_story(early)
    second = replace(
        a_story(late),
        story_id=first.story_id,
        coverage=(a_report(early, is_this_week=False), a_report(late)),
    )
    site = a_site(told([first], WEEK.previous()), told([second]))

    page = page_of(site, first.story_id)

    assert page.h1.text == "Probe walks"
    assert [a.text for a in page.select(".what")] == ["Probe wakes", "Probe walks"]
    assert [caption.text for caption in page.select("caption")] == [
        "Perigee, week 47: number 1 of 1",
        "Perigee, week 46: number 1 of 1",
    ]


def test_address_of_a_story_that_became_part_of_another_leads_there():
    small, large = (
        a_story("Small probe", story_id="small"),
        a_story("Large probe", story_id="large"),
    )
    before = told([large, small])
    member = replace(a_report(small.lead), article_id="small")
    merged = replace(large, coverage=(*large.coverage, member))

    after = told([merged], before=before)

    assert after.moved == {"small": "large"}
    moved = BeautifulSoup(draw_moved(a_site(after), "small", "large"), "html.parser")
    assert moved.select_one("meta[http-equiv]")["content"] == "0; url=../large/index.html"


def test_hostile_headline_stays_text_on_every_page():
    story = a_story(an_article(HOSTILE, dek=HOSTILE), (HOSTILE, "Deep Field"))
    site = a_site(told([story]))

    pages = [text for path, text in draw_pages(site, tellings_of(site)) if path.endswith("html")]
    pages.append(str(draw_story(site, tellings_of(site)[story.story_id])))

    for page in pages:
        scripts = BeautifulSoup(page, "html.parser").find_all("script")
        assert [script.get("src", "").rpartition("/")[2] for script in scripts] == ["site.js"]
        assert "\u202e" not in page


def test_pages_link_each_other_relatively_whatever_the_base_url():
    story = a_story()
    site = a_site(told([story]), base_url="https://perigee.example/letters/")

    for path, text in draw_pages(site, tellings_of(site)):
        if path.endswith(".html"):
            for link in BeautifulSoup(text, "html.parser").select("a[href], script[src], img[src]"):
                address = link.get("href") or link.get("src")
                assert not address.startswith(("https://perigee.example", "/")), (path, address)


def test_open_graph_is_absolute_where_the_address_is_known_and_absent_where_not():
    issue = told([a_story()])
    letter = "<html><head><title>x</title></head><body class='bg'><p>letter</p></body></html>"

    known = dress_issue(a_site(issue, base_url="https://perigee.example/l/"), issue, letter)
    unknown = dress_issue(a_site(issue), issue, letter)

    assert '<meta property="og:url" content="https://perigee.example/l/2026-W47/">' in known
    assert "og:title" in unknown
    assert "og:url" not in unknown


def test_dressed_issue_keeps_the_whole_letter_and_can_be_dressed_again():
    stories = [
        a_story(f"Probe {n}", ("Farside Daily", "Deep Field")[: 1 + n % 2]) for n in range(30)
    ]
    this, before = told(stories), told(stories, WEEK.previous())
    settings = replace(SETTINGS, archive_url="../index.html")
    letter = render_html(
        assemble_issue(a_week(stories), WEEK, VOCABULARY, settings, {}),
        settings,
        full=True,
        story_page=lambda item: f"../story/{item.story_id}/index.html",
    )

    alone = dress_issue(a_site(this), this, letter)
    among = dress_issue(a_site(this, before), this, alone)

    assert "Week 46" not in alone
    assert 'href="../2026-W46/index.html"' in among
    assert dress_issue(a_site(this, before), this, letter) == among
    page = BeautifulSoup(among, "html.parser")
    for story in stories:
        assert story.lead.title in page.text
        assert page.select(f'a[href="../story/{story.story_id}/index.html"]')


def test_search_index_holds_every_story_once_in_the_year_of_its_newest_week():
    story, other = a_story("Probe wakes"), a_story("Rover rests")
    site = a_site(told([story], WEEK.previous()), told([story, other]))

    [(path, script)] = draw_search(site, tellings_of(site))

    assert path == "assets/search-2026.js"
    rows = json.loads(script.partition(".push(")[2].removesuffix(");\n"))
    assert [(row[1], row[3]) for row in rows] == [
        ("Probe wakes", "2026-W47"),
        ("Rover rests", "2026-W47"),
    ]


def test_each_edition_has_an_index_of_its_own_issues():
    weekly = told([a_story("Probe wakes"), a_story("Rover rests", tags=["mars"])])
    lunar = told([a_story("Probe wakes")], settings=replace(SETTINGS, edition="lunar"))
    site = a_site(weekly, lunar, editions=(WEEKLY, LUNAR))

    pages = dict(draw_pages(site, tellings_of(site)))

    home = BeautifulSoup(pages["index.html"], "html.parser")
    own = BeautifulSoup(pages["edition/lunar/index.html"], "html.parser")
    assert [a["href"] for a in home.select(".issues a")] == ["2026-W47/index.html"]
    assert [a["href"] for a in own.select(".issues a")] == ["../../lunar-2026-W47/index.html"]


def test_site_without_issues_has_a_home_page():
    pages = dict(draw_pages(a_site(), {}))

    assert "No issue yet" in pages["index.html"]


def test_tag_page_says_how_many_older_stories_it_leaves_to_the_issues():
    stories = [a_story(f"Probe {n}", story_id=an_id(n)) for n in range(203)]
    site = a_site(told(stories))

    page = dict(draw_pages(site, tellings_of(site)))["tag/lunar/index.html"]

    assert len(BeautifulSoup(page, "html.parser").select(".rows > li")) == 200
    assert "Three stories before these" in page
