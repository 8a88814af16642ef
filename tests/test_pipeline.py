"""Feeds to letter without Prefect: the bundled sample, told as its editor would tell it."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from checker import failures
from rich.console import Console

from flows.demo import SAMPLE, SAMPLE_NOW, SAMPLE_WEEK
from flows.explaining import explain_article, explain_articles
from flows.ingesting import ingest_feeds
from flows.listing import list_articles
from flows.settings import Settings, load_settings
from flows.showing import show_explained
from flows.telling import build_issue, load_judgement, tell_week, write_issue
from transforms.errors import ConfigError
from transforms.records import WeekNews


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A sample configuration of its own, ingested on the Monday after its last week."""
    folder = tmp_path_factory.mktemp("sample")
    shutil.copytree(SAMPLE, folder / "config")
    settings = load_settings(folder / "config", folder / "perigee.duckdb")
    ingest_feeds(settings, SAMPLE_NOW)
    return settings


@pytest.fixture
def edited(settings: Settings, tmp_path: Path) -> Callable[[str], Settings]:
    """Return how to have the sample told with an `overrides.toml` of one's own."""

    def with_overrides(text: str) -> Settings:
        config = tmp_path / "config"
        shutil.copytree(settings.config, config)
        (config / "overrides.toml").write_text(text)
        return load_settings(config, settings.database)

    return with_overrides


@pytest.fixture(scope="module")
def news(settings: Settings) -> WeekNews:
    return tell_week(settings, load_judgement(settings), SAMPLE_WEEK)


def test_funnel_adds_up_both_ways(news):
    funnel = news.funnel

    parts = funnel.duplicates + funnel.look_alikes + funnel.left_out + funnel.told
    assert funnel.articles == parts
    assert funnel.stories == len(news.stories)
    assert sum(len([c for c in s.coverage if c.is_this_week]) for s in news.stories) == sum(
        news.days
    )


def test_every_article_is_told_in_at_most_one_story(news):
    told = [c.article_id for story in news.stories for c in story.coverage]

    assert len(told) == len(set(told))


def test_widest_covered_story_leads(news):
    first, *others = news.stories

    assert first.rank == 1
    assert first.score == max(story.score for story in news.stories)
    assert len(first.publishers) >= max(len(story.publishers) for story in others)


def test_scores_are_the_sum_of_their_parts(news):
    for story in news.stories:
        assert story.score == pytest.approx(sum(story.score_parts.values()), abs=0.001)


def test_two_batches_of_one_rocket_are_two_stories(news):
    def stories_naming(batch: str) -> set[str]:
        return {
            story.story_id
            for story in news.stories
            if any(batch in coverage.title for coverage in story.coverage)
        }

    assert stories_naming("12-4")
    assert stories_naming("12-5")
    assert not stories_naming("12-4") & stories_naming("12-5")


def test_reprint_and_second_feed_of_one_publisher_add_no_outlet(news):
    for story in news.stories:
        originals = {c.publisher for c in story.coverage if c.is_this_week and not c.duplicate_of}
        assert len(story.publishers) == max(len(originals), 1)


def test_look_alikes_are_not_told_and_say_why(settings, news):
    told = {c.article_id for story in news.stories for c in story.coverage}
    rows = list_articles(settings, SAMPLE_WEEK, None)
    left_out = [row for row in rows if not row["is_relevant"]]

    assert left_out
    assert all(row["reason"] for row in left_out)
    assert not told & {row["article_id"] for row in left_out}


def test_report_in_another_language_counts_beside_others_and_makes_no_story(settings, news):
    every = tell_week(settings, replace(load_judgement(settings), languages=()), SAMPLE_WEEK)

    def of_sternenbote(told: WeekNews) -> set[str]:
        return {story.story_id for story in told.stories if "Sternenbote" in story.publishers}

    assert news.funnel.foreign > 0 == every.funnel.foreign
    assert of_sternenbote(news) < of_sternenbote(every)
    assert all(len(s.publishers) > 1 for s in news.stories if "Sternenbote" in s.publishers)
    assert {(story.lead.language or "en")[:2].lower() for story in news.stories} == {"en"}
    assert news.funnel.told + news.funnel.foreign == every.funnel.told
    for tag, count in news.tag_counts.items():
        tagged = [s for s in news.stories if tag in {hit.tag_id for hit in s.tags}]
        assert count == sum(c.is_this_week for s in tagged for c in s.coverage)
    assert news.funnel.look_alikes == every.funnel.look_alikes


def test_second_pass_brings_nothing_new_and_the_same_bytes(settings, tmp_path):
    built = build_issue(settings, SAMPLE_WEEK)
    first = write_issue(settings, built, tmp_path / "first")

    again = ingest_feeds(settings, SAMPLE_NOW + timedelta(hours=1))
    second = write_issue(settings, build_issue(settings, SAMPLE_WEEK), tmp_path / "second")

    assert (again.stored.new, again.stored.changed) == (0, 0)
    assert again.outcomes == {"not_modified": 18, "not_a_feed": 1}
    for name in ("page", "full", "text", "message"):
        assert getattr(first, name).read_bytes() == getattr(second, name).read_bytes()


def test_printed_parts_of_a_score_add_up(news):
    console = Console(file=StringIO(), width=200)

    show_explained(console, news)

    lines = console.file.getvalue().splitlines()
    for story, head, parts in zip(news.stories, lines[::2], lines[1::2], strict=True):
        rank, score, _ = head.split(maxsplit=2)
        signed = re.findall(r"(- )?(\d+\.\d\d)", parts)
        total = sum(-float(part) if minus else float(part) for minus, part in signed)
        assert (int(rank), float(score)) == (story.rank, pytest.approx(story.score, abs=0.006))
        assert total == pytest.approx(float(score), abs=0.03)
        assert f"publishers ({len(story.publishers)})" in parts


def test_preview_leaves_the_database_untouched(settings):
    before = settings.database.read_bytes()

    build_issue(settings, SAMPLE_WEEK)

    assert settings.database.read_bytes() == before


def test_sample_issue_is_fit_to_send(shared, settings, tmp_path):
    written = write_issue(settings, build_issue(settings, SAMPLE_WEEK), tmp_path)

    assert failures(shared, written.page) == []
    assert failures(shared, written.message) == []


def test_week_without_articles_is_told_as_an_empty_issue(settings, tmp_path):
    quiet = SAMPLE_WEEK.next().next()

    written = write_issue(settings, build_issue(settings, quiet), tmp_path)

    assert "0 articles" not in written.text.read_text()
    assert written.message.stat().st_size > 1_000


def test_explaining_an_article_names_its_tags_and_its_company(settings, news):
    story = next(s for s in news.stories if len(s.coverage) > 2 and s.tags)

    explained = explain_article(settings, story.lead.article_id)

    assert explained.is_relevant
    assert explained.story_id == story.story_id
    ids = {row[0] for row in explained.story}
    assert ids == {c.article_id for c in story.coverage}
    assert all(why and joined in ids for *_, joined, why in explained.story)


def test_explaining_a_pair_says_whether_it_is_one_story(settings, news):
    story = next(s for s in news.stories if sum(not c.duplicate_of for c in s.coverage) > 2)
    one, other = [c.article_id for c in story.coverage if not c.duplicate_of][:2]
    stranger = next(s for s in reversed(news.stories) if s.story_id != story.story_id).lead

    together = explain_articles(settings, one, other)
    apart = explain_articles(settings, one, stranger.article_id)

    assert together.decision == "same story"
    assert apart.decision == "two stories"
    assert together.words
    assert apart.words


def test_listing_an_unknown_tag_says_which_there_are(settings):
    with pytest.raises(ConfigError, match=r"no tag 'lunarr'; config/tags\.toml has lunar, "):
        list_articles(settings, SAMPLE_WEEK, "lunarr")


def test_explaining_an_unknown_article_says_what_to_give(settings):
    with pytest.raises(ConfigError, match="no stored article; give an id"):
        explain_article(settings, "https://nowhere.example/x")


def test_editors_overrides_hold_whenever_the_week_is_told(edited, news):
    first = next(s for s in news.stories if sum(not c.duplicate_of for c in s.coverage) > 2)
    kept = [c for c in first.coverage if not c.duplicate_of and c.is_this_week]
    lonely = next(s for s in reversed(news.stories) if len(s.coverage) == 1)
    other = next(s for s in news.stories if s.story_id not in {first.story_id, lonely.story_id})
    settings = edited(
        f"""
        [[split]]
        articles = ["{kept[0].url}", "{kept[-1].url}"]
        who = "Ada"
        why = "two events"

        [[join]]
        articles = ["{lonely.lead.article_id}", "{other.lead.article_id}"]
        who = "Ada"
        why = "one event in wholly other words"

        [[retag]]
        article = "{other.lead.url}"
        add = ["policy"]
        who = "Ada"
        why = "it is about the law"
        """
    )

    told = tell_week(settings, load_judgement(settings), SAMPLE_WEEK)

    story_of = {c.article_id: s for s in told.stories for c in s.coverage}
    assert story_of[kept[0].article_id] is not story_of[kept[-1].article_id]
    assert story_of[lonely.lead.article_id] is story_of[other.lead.article_id]
    tags = {hit.tag_id: hit.phrase for hit in story_of[other.lead.article_id].tags}
    assert tags["policy"] == "set by Ada: it is about the law"


def test_an_editors_say_is_explained(edited, news):
    first, second = news.stories[:2]
    one, other = (story.lead.article_id for story in (first, second))
    settings = edited(
        f"""
        [[join]]
        articles = ["{one}", "{other}"]
        who = "Ada"
        why = "one event"

        [[retag]]
        article = "{one}"
        add = ["policy"]
        who = "Ben"
        why = "it is about the law"
        """
    )

    pair = explain_articles(settings, one, other)
    single = explain_article(settings, other)

    assert pair.decision == "same story"
    assert pair.words.endswith("It was joined by Ada: one event.")
    assert single.decisions == (
        "joined by Ada: one event",
        "retagged +policy by Ben: it is about the law",
    )


def test_dropped_article_is_not_told(edited, news):
    lonely = next(s for s in reversed(news.stories) if len(s.coverage) == 1)
    settings = edited(
        f'[[drop]]\narticle = "{lonely.lead.url}"\nwho = "Ada"\nwhy = "no space news"\n'
    )

    told = tell_week(settings, load_judgement(settings), SAMPLE_WEEK)

    assert lonely.story_id not in {story.story_id for story in told.stories}
    assert told.funnel.look_alikes == news.funnel.look_alikes + 1


def test_a_dropped_repeat_leaves_its_card(edited, news):
    story, repeat = next(
        (s, c) for s in news.stories for c in s.coverage if c.duplicate_of and c.is_this_week
    )
    settings = edited(
        f'[[drop]]\narticle = "{repeat.article_id}"\nwho = "Ada"\nwhy = "an advertisement"\n'
    )

    told = tell_week(settings, load_judgement(settings), SAMPLE_WEEK)

    (left,) = (s for s in told.stories if s.story_id == story.story_id)
    ids = [c.article_id for c in story.coverage if c.article_id != repeat.article_id]
    assert [c.article_id for c in left.coverage] == ids


def test_what_an_editor_joins_or_tags_is_space_news(settings, edited, news, caplog):
    rows = list_articles(settings, SAMPLE_WEEK, None)
    joined, tagged = [row["article_id"] for row in rows if not row["is_relevant"]][:2]
    lead = news.stories[0].lead
    changed = edited(
        f"""
        [[join]]
        articles = ["{lead.article_id}", "{joined}", "https://nowhere.example/typo"]
        who = "Ada"
        why = "the same landing, told as a joke"

        [[retag]]
        article = "{tagged}"
        add = ["policy"]
        who = "Ada"
        why = "it is about the law"
        """
    )

    told = tell_week(changed, load_judgement(changed), SAMPLE_WEEK)

    story_of = {c.article_id: s for s in told.stories for c in s.coverage}
    assert story_of[joined] is story_of[lead.article_id]
    assert "policy" in {hit.tag_id for hit in story_of[tagged].tags}
    assert "a join names https://nowhere.example/typo, which no feed brought" in caplog.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[jion]]\narticles = []", "did you mean 'join'?"),
        ('[join]\narticles = ["x", "y"]', "join must be tables, each under [[...]]"),
        ('[[join]]\narticles = "x"', "needs 'articles': a list of addresses"),
        ('[[join]]\narticles = ["x", "x"]', "two different addresses or more"),
        ('[[split]]\narticles = ["x"]', "two different addresses or more"),
        ('[[drop]]\narticle = "https://a.example/b"', "has no 'who'"),
        (
            '[[retag]]\narticle = "https://a.example/b"\nadd = ["lunra"]\nwho = "A"\nwhy = "b"',
            "did you mean 'lunar'?",
        ),
        (
            '[[retag]]\narticle = "x"\nadd = "lunar"\nwho = "A"\nwhy = "b"',
            "'add' must be a list of tags",
        ),
        ('[[retag]]\narticle = "x"\nwho = "A"\nwhy = "b"', "neither adds nor removes a tag"),
        (
            '[[retag]]\narticle = "x"\nadd = ["sun"]\nremove = ["sun"]\nwho = "A"\nwhy = "b"',
            "both adds and removes 'sun'",
        ),
    ],
)
def test_mistaken_override_is_told_with_its_place(edited, text, words):
    with pytest.raises(ConfigError) as refused:
        load_judgement(edited(text))

    assert words in str(refused.value)
    assert "overrides.toml" in str(refused.value)
