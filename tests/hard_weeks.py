"""Weeks that must render as well as good ones."""

from dataclasses import replace

from factories import VOCABULARY, a_picture, a_report, a_story, a_week, an_article, paragraphs

from reports.records import Picture
from transforms.records import FeedHealth, Story, WeekNews

TAGS = tuple(tag.tag_id for tag in VOCABULARY)
OUTLETS = tuple(f"Outlet number {n} of the southern sky" for n in range(20))
LONG_DEK = (
    "The committee met for a third day and heard from all who had asked to speak, among them the "
    "makers of the sensor, the owners of the field where it fell, and a retired signalman who had "
    "kept the only recording. "
) * 5


def hostile_stories(title: str, publisher: str = "Farside Daily") -> list[Story]:
    """Return stories that carry `title` wherever text from a feed can stand."""
    stories = []
    for n in range(14):
        article = an_article(
            f"{title} {n}" if n else title,
            dek=f"{title}. {title} launches on December {n + 1}.",
            body=paragraphs(f"{title} is what it said."),
        )
        story = a_story(article, (publisher, f"{publisher} {n}", "Perihelion")[: 1 + n % 3 or 1])
        before = a_report(article, publisher, is_this_week=False)
        story = replace(story, continues=True, coverage=(before, *story.coverage))
        stories.append(replace(story, tags=a_story("x", tags=TAGS[n % 13 :][:2]).tags))
    return stories


def hostile(title: str, publisher: str = "Farside Daily") -> WeekNews:
    """Return a week of such stories, with feeds of that name that are unwell."""
    health = (
        FeedHealth("a", title, publisher, "malformed", detail=title),
        FeedHealth("b", publisher, publisher, "ok", is_quiet=True),
    )
    return a_week(hostile_stories(title, publisher), health=health)


def many(count: int) -> WeekNews:
    """Return a week of stories with long texts, long addresses and many outlets."""
    stories = []
    for n in range(count):
        title = f"Survey {n} counts the craters of a valley that no probe had mapped in such detail"
        article = an_article(
            title, dek=LONG_DEK, url=f"https://farside.example/{n}/{'long-address-' * 12}"
        )
        names = [OUTLETS[(n + k) % 20] for k in range(max(1, 16 - n // 8))]
        stories.append(a_story(article, names, (TAGS[n % 13], TAGS[(n * 5) % 13])))
    health = tuple(FeedHealth(f"f{n}", f"Feed {n}", "X", "timeout") for n in range(90))
    return a_week(stories, health=health, previous_tag_counts=dict.fromkeys(TAGS, 40))


def pictures_for(news: WeekNews, credit: str = "A. Tester") -> dict[str, Picture]:
    """Return a picture for every story among the first twenty."""
    picture = a_picture(640, 400)
    return {
        story.lead.article_id: replace(picture, data=picture.data + bytes([n]), credit=credit)
        for n, story in enumerate(news.stories[:20])
    }


HARD_WEEKS = {
    "no story": a_week(),
    "no story, all feeds broken": a_week(
        health=tuple(FeedHealth(f"f{n}", f"Feed {n}", "X", "dns_error") for n in range(60))
    ),
    "one story": a_week([a_story()]),
    "one story without dek, tags, date, address or outlet": a_week(
        [
            a_story(
                an_article(dek=None, published_at=None, url=None, feed_id=None),
                publishers=(),
                tags=(),
            )
        ]
    ),
    "two stories": a_week([a_story(), a_story("Another one", ("Perihelion", "Deep Field"))]),
    "400 stories": many(400),
    "titles of 300 characters": hostile("Another long day in the high desert brings no news " * 6),
    "a title of 300 letters without a space": hostile("W" * 300, "M" * 120),
    "a title that is an address": hostile("https://farside.example/" + "x" * 200),
    "script": hostile("<script>alert(1)</script>", "<script>alert(2)</script>"),
    "markup": hostile("<b>bold</b> <img src=x onerror=alert(1)> <a href='//x'>y</a>"),
    "entities": hostile("AT&amp;T &lt;b&gt; &amp;amp; &nbsp; &#x41;"),
    "template": hostile("{{ 7*7 }} {% raw %} {# note #}", "{{ config }}"),
    "right to left": hostile("المسبار يستيقظ بعد ليلته القمرية الثانية", "الفلك اليوم"),
    "hebrew and an override": hostile("\u202eהחללית התעוררה\u202e ABC", "\u202eשמיים"),
    "emoji": hostile("🚀👩‍🚀🏳️‍🌈 Liftoff 🌕🌖🌗" + "🛰️" * 80, "🌍🌎🌏"),
    "CJK": hostile("探测器在第二个月夜之后醒来并发回完整图像" * 9, "宇宙新聞"),
    "a publisher named with markup": hostile("Probe wakes", '&"<>'),
    "quotes": hostile("""It's "so" 'quoted' & <more>""", 'O\'Neil & "Sons" <Ltd>'),
    "controls and lone surrogates": hostile("Bell\x07 null\x00 \ud83d half\udc00 line\u2028break"),
    "combining marks": hostile("Z" + "\u0301\u0330" * 60 + "algo", "Z" + "\u0301" * 40),
    "empty titles": hostile(" ", " "),
}
