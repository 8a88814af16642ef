-- The durable tables. Every statement may be run again: it changes nothing that is there.

-- One row per feed that was ever configured: what polling it has taught us.
CREATE TABLE IF NOT EXISTS feeds (
    feed_id VARCHAR PRIMARY KEY,
    title VARCHAR NOT NULL,
    url VARCHAR NOT NULL,  -- as configured
    kind VARCHAR NOT NULL,
    publisher VARCHAR NOT NULL,
    weight DOUBLE NOT NULL DEFAULT 1,
    moved_to VARCHAR,  -- polled instead of url, after permanent redirects on three days
    moved_at TIMESTAMPTZ,
    move_refused VARCHAR,  -- a target that a person has undone; not taken again
    etag VARCHAR,  -- of the newest body that parsed
    last_modified VARCHAR,
    body_hash VARCHAR,  -- sha256 of that body
    failures INTEGER NOT NULL DEFAULT 0,  -- polls failed in a row
    last_polled_at TIMESTAMPTZ,
    last_ok_at TIMESTAMPTZ,
    next_poll_at TIMESTAMPTZ,
    paused_at TIMESTAMPTZ,  -- gone (410) twice: not polled until a person resumes it
    removed_at TIMESTAMPTZ  -- no longer in config/feeds.toml
);

-- One row per poll.
CREATE TABLE IF NOT EXISTS fetches (
    feed_id VARCHAR NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL,
    outcome VARCHAR NOT NULL,  -- the vocabulary: transforms.records.OUTCOMES
    detail VARCHAR,  -- what a person needs to know beyond the outcome
    evidence VARCHAR,  -- the first bytes of a body that was no feed
    status INTEGER,  -- HTTP; null where there was no answer
    url VARCHAR NOT NULL,  -- where it was asked
    permanent_url VARCHAR,  -- where every hop said it has moved to for good
    requests INTEGER NOT NULL,  -- retries and redirects included
    wire_bytes BIGINT NOT NULL,
    seconds DOUBLE NOT NULL,
    entries INTEGER NOT NULL,  -- in the document
    new_articles INTEGER NOT NULL,
    changed_articles INTEGER NOT NULL,
    gap_since TIMESTAMPTZ,  -- nothing in common with the poll before: some may be lost since
    flags VARCHAR [] NOT NULL,  -- what had to be repaired or cut
    PRIMARY KEY (feed_id, fetched_at)
);

-- One row per article, whichever feeds carried it; holds its newest text.
CREATE TABLE IF NOT EXISTS articles (
    article_id VARCHAR PRIMARY KEY,
    feed_id VARCHAR NOT NULL,  -- the feed that gave it first
    guid VARCHAR,
    url VARCHAR,
    canonical_url VARCHAR,
    title VARCHAR NOT NULL,
    title_key VARCHAR NOT NULL,
    dek VARCHAR,
    published_at TIMESTAMPTZ,
    date_precision VARCHAR,
    date_raw VARCHAR,
    updated_at TIMESTAMPTZ,
    authors VARCHAR [] NOT NULL,
    hero JSON,
    body JSON NOT NULL,
    related_items JSON NOT NULL,
    related_topics VARCHAR [] NOT NULL,
    language VARCHAR,
    section VARCHAR,
    word_count INTEGER NOT NULL,
    flags VARCHAR [] NOT NULL,
    field_sources JSON NOT NULL,
    text_hash BIGINT NOT NULL,  -- of title, dek and body: has it changed?
    first_seen_at TIMESTAMPTZ NOT NULL,
    changed_at TIMESTAMPTZ  -- its newest revision
);

-- One row per feed and address under which an article was seen.
CREATE TABLE IF NOT EXISTS sightings (
    article_id VARCHAR NOT NULL,
    feed_id VARCHAR NOT NULL,
    url VARCHAR NOT NULL,  -- as the feed gave it; '' where it gave none
    guid VARCHAR NOT NULL,  -- the newest; '' where it gave none
    first_seen_at TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (article_id, feed_id, url)
);

-- One row per change of an article's title, dek or body.
CREATE TABLE IF NOT EXISTS revisions (
    article_id VARCHAR NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    feed_id VARCHAR NOT NULL,
    fields VARCHAR [] NOT NULL,  -- which of title, dek, body
    is_material BOOLEAN NOT NULL,  -- a number, a name, a negation, the headline; else cosmetic
    why VARCHAR NOT NULL,
    diff JSON NOT NULL,  -- per field, runs of [kept | removed | added, words]
    before JSON NOT NULL,  -- title, dek and body until then
    PRIMARY KEY (article_id, seen_at)
);

-- One row per attempt to read an article's own page.
CREATE TABLE IF NOT EXISTS page_fetches (
    article_id VARCHAR NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL,
    outcome VARCHAR NOT NULL,  -- the vocabulary, and robots_denied, no_article, another_page
    detail VARCHAR,
    status INTEGER,
    url VARCHAR NOT NULL,  -- where it was asked
    requests INTEGER NOT NULL,  -- retries and redirects included
    wire_bytes BIGINT NOT NULL,
    seconds DOUBLE NOT NULL,
    fields VARCHAR [] NOT NULL,  -- what the page added to the article
    PRIMARY KEY (article_id, fetched_at)
);
