-- The workspace in which a week is told: an in-memory database that holds a copy of what the
-- models read. Nothing here is durable; the durable tables are in schema.sql.

-- One row per article of the week and of the three before it (stories go on from them), with its
-- feed's facts beside it.
CREATE TABLE articles (
    article_id VARCHAR PRIMARY KEY,
    feed_id VARCHAR NOT NULL,
    publisher VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,  -- agency, observatory, journal, press, blog, general
    weight DOUBLE NOT NULL,  -- of the feed; 1 is neutral
    guid VARCHAR,
    url VARCHAR,
    canonical_url VARCHAR,
    title VARCHAR NOT NULL,
    title_key VARCHAR NOT NULL,
    dek VARCHAR,
    text VARCHAR NOT NULL,  -- paragraphs of the body, one a line; '' where there is none
    related_topics VARCHAR [] NOT NULL,  -- the publisher's own categories
    language VARCHAR,
    has_picture BOOLEAN NOT NULL,  -- a hero with an address and a credit
    told_at TIMESTAMPTZ NOT NULL,  -- published or, where that is not known, first seen
    is_this_week BOOLEAN NOT NULL  -- false: a week before
);

-- The vocabulary of config/tags.toml. The word `position` orders the issue's sections.
CREATE TABLE tags (
    tag_id VARCHAR PRIMARY KEY,
    label VARCHAR NOT NULL,
    position INTEGER NOT NULL
);
