"""Which offered articles are new, which changed, and which of the known ones each of them is."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb

from transforms.identity import apart_from_its_page, is_address, own_guid, text_hash
from transforms.polls import Poll, Stored
from transforms.records import Article


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database, or this batch, says of one article.

    Attributes:
        guid: Its first feed's id for it, unless that only repeats its address.
    """

    article_id: str
    feed_id: str
    guid: str | None
    title_key: str
    text_hash: int
    published_at: datetime | None

    @classmethod
    def of(cls, article: Article, feed_id: str) -> "_Known":
        return cls(
            article.article_id,
            feed_id,
            own_guid(article),
            article.title_key,
            text_hash(article),
            article.published_at,
        )


class Batch:
    """Tells which of the offered articles are new, changed, or the same; polls in their order."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, polls: Sequence[Poll]) -> None:
        """Read what is known of the articles that `polls` offer."""
        self._connection = connection
        self._known: dict[str, _Known] = {}
        self._seen_by: set[tuple[str, str]] = set()  # (article, feed)
        self._by_guid: dict[tuple[str, str], dict[str, str]] = {}  # (feed, guid) → url → article
        self.new: dict[str, Article] = {}
        self.changed: dict[str, Article] = {}
        self.seen: dict[tuple[str, str, str], str] = {}  # (article, feed, url) → guid
        offered = [(p.feed.feed_id, a) for p in polls for a in p.articles]
        self._load(offered)
        self._read_before = _feeds_with_sightings(connection, {feed_id for feed_id, _ in offered})

    def take(self, poll: Poll) -> Stored:
        """Sort the articles of one poll."""
        feed_id = poll.feed.feed_id
        kinds: dict[str, str] = {}
        articles = self._identified(poll.articles, feed_id)
        has_common = any((a.article_id, feed_id) in self._seen_by for a in articles)
        for article in articles:
            article_id, guid = article.article_id, article.guid or ""
            known = self._known.get(article_id)
            if known is None:
                self._known[article_id] = _Known.of(article, feed_id)
                self.new[article_id] = article
                kinds[article_id] = "new"
            elif article_id not in kinds:  # of two entries for one article the first counts
                is_own = known.feed_id == feed_id
                is_changed = is_own and known.text_hash != text_hash(article)
                kinds[article_id] = "changed" if is_changed else "same"
                if is_changed:
                    self.changed[article_id] = article
            self._seen_by.add((article_id, feed_id))
            key = (article_id, feed_id, article.url or "")
            self.seen[key] = self.seen.get(key) or guid
        counts = Counter(kinds.values())
        has_gap = bool(kinds) and feed_id in self._read_before and not has_common
        return Stored(counts["new"], counts["changed"], counts["same"], has_gap)

    def _identified(self, articles: Sequence[Article], feed_id: str) -> list[Article]:
        """Return the articles of one document under the ids that they have in the database.

        An article's address identifies it, with two exceptions. An entry that its feed has given
        before, under the same id, title and date, is that article, though its address was
        changed. And a page that many entries link to (seen in picture and podcast feeds: one
        link, another guid and title) is no entry's own address.
        """
        groups: dict[str, list[Article]] = {}
        for article in articles:
            groups.setdefault(article.article_id, []).append(article)
        are_apart = {
            article_id: self._is_shared_page(group, feed_id) for article_id, group in groups.items()
        }
        found = []
        for article in articles:
            apart = apart_from_its_page(article)
            is_apart = apart.article_id in self._known or are_apart[article.article_id]
            if own_guid(article) and article.canonical_url and is_apart:
                found.append(apart)
            else:
                found.append(self._renamed(article, feed_id))
        return found

    def _is_shared_page(self, group: Sequence[Article], feed_id: str) -> bool:
        """Whether the address that the entries of `group` share is none of their own."""
        guids = {own_guid(article) for article in group}
        if len(guids) > 1 and len({article.title_key for article in group}) > 1:
            return True
        first, known = group[0], self._known.get(group[0].article_id)
        if known is None or known.feed_id != feed_id or not known.guid:
            return False
        is_other_entry = known.guid not in guids and known.title_key != first.title_key
        moments = {known.published_at, first.published_at}
        return is_other_entry and None not in moments and len(moments) > 1

    def _renamed(self, article: Article, feed_id: str) -> Article:
        """Return `article` under the id that its entry has had, whatever address it has by now."""
        seen = self._by_guid.get((feed_id, article.guid or ""), {})
        is_known = article.article_id in self._known
        found = seen.get(article.url or "")
        if found and (not is_known or self._is_like(article, found)):
            return replace(article, article_id=found)
        if is_known or article.published_at is None:
            return article
        for article_id in seen.values():
            known = self._known[article_id]
            same = (known.title_key, known.published_at)
            if same == (article.title_key, article.published_at):
                return replace(article, article_id=article_id)
        return article

    def _is_like(self, article: Article, article_id: str) -> bool:
        """Whether a known article has the title or the moment of `article`."""
        known = self._known[article_id]
        is_of_moment = known.published_at is not None and known.published_at == article.published_at
        return is_of_moment or known.title_key == article.title_key

    def _load(self, offered: Sequence[tuple[str, Article]]) -> None:
        """Read what is known of the offered articles, by their ids and by their guids."""
        if not offered:
            return
        ids = {one.article_id for _, a in offered for one in (a, apart_from_its_page(a))}
        rows = self._connection.execute(
            """
            WITH by_guid AS (
                SELECT DISTINCT s.article_id FROM sightings AS s
                INNER JOIN (
                    SELECT unnest($feeds::VARCHAR[]) AS feed_id, unnest($guids::VARCHAR[]) AS guid
                ) AS offered ON s.feed_id = offered.feed_id AND s.guid = offered.guid
            )
            SELECT article_id, feed_id, guid, canonical_url, title_key, text_hash, published_at
            FROM articles
            WHERE article_id IN (SELECT unnest($ids::VARCHAR[]) UNION FROM by_guid)
            """,
            {
                "ids": list(ids),
                "feeds": [feed_id for feed_id, a in offered if a.guid],
                "guids": [a.guid for _, a in offered if a.guid],
            },
        ).fetchall()
        for article_id, feed_id, guid, canonical, *rest in rows:
            own = guid if guid and not is_address(guid, canonical) else None
            self._known[article_id] = _Known(article_id, feed_id, own, *rest)
        sightings = self._connection.execute(
            """
            SELECT article_id, feed_id, url, guid FROM sightings
            WHERE article_id IN (SELECT unnest($ids::VARCHAR[]))
                AND feed_id IN (SELECT unnest($feeds::VARCHAR[]))
            ORDER BY article_id, feed_id, first_seen_at, url
            """,
            {"ids": list(self._known), "feeds": list({feed_id for feed_id, _ in offered})},
        ).fetchall()
        for article_id, feed_id, url, guid in sightings:
            self._seen_by.add((article_id, feed_id))
            if guid:
                self._by_guid.setdefault((feed_id, guid), {}).setdefault(url, article_id)


def _feeds_with_sightings(
    connection: duckdb.DuckDBPyConnection, feed_ids: Iterable[str]
) -> set[str]:
    rows = connection.execute(
        """
        SELECT offered.feed_id FROM (SELECT unnest(?::VARCHAR[]) AS feed_id) AS offered
        WHERE EXISTS (SELECT 1 FROM sightings AS s WHERE s.feed_id = offered.feed_id)
        """,
        [list(feed_ids)],
    ).fetchall()
    return {row[0] for row in rows}
