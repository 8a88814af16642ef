-- The durable tables of delivery. Every statement may be run again: it changes nothing that is
-- there.

-- One row per reader of an edition. Personal data: never in logs, never in Git.
CREATE TABLE IF NOT EXISTS recipients (
    reader_id VARCHAR PRIMARY KEY,  -- made of edition and address, whatever its case
    edition VARCHAR NOT NULL,
    address VARCHAR NOT NULL,  -- ASCII: an international domain in its IDNA form
    name VARCHAR,
    status VARCHAR NOT NULL,  -- pending, confirmed, unsubscribed, bounced
    status_at TIMESTAMPTZ NOT NULL,
    how VARCHAR NOT NULL,  -- what made it so: 'added by hand', 'one click', '550 5.1.1 ...'
    added_at TIMESTAMPTZ NOT NULL,
    asked_at TIMESTAMPTZ,  -- when the mail that asks to confirm was sent
    bounces INTEGER NOT NULL DEFAULT 0,  -- soft ones; three of them end it
    bounced_at TIMESTAMPTZ
);

-- One row per issue that was ever mailed: the letter as it left, so that every reader gets the
-- same one however often sending is interrupted.
CREATE TABLE IF NOT EXISTS issues (
    issue_id VARCHAR PRIMARY KEY,
    edition VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    dated_at TIMESTAMPTZ NOT NULL,  -- the Date of every copy, on every try
    frozen_at TIMESTAMPTZ,  -- when the first copy may have left; from then on nothing changes
    letter BLOB NOT NULL,
    smaller BLOB  -- the same without pictures inside, for servers that find the letter too large
);

-- One row per issue and reader: how far the copy has come.
CREATE TABLE IF NOT EXISTS deliveries (
    issue_id VARCHAR NOT NULL,
    reader_id VARCHAR NOT NULL,
    address VARCHAR NOT NULL,  -- masked once the reader has been removed
    name VARCHAR,
    state VARCHAR NOT NULL,  -- queued, sending, data, sent, dead, uncertain
    attempts INTEGER NOT NULL DEFAULT 0,
    queued_at TIMESTAMPTZ NOT NULL,
    next_try_at TIMESTAMPTZ NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    run_id VARCHAR,  -- the run that has taken it in hand; another one's steps do not count
    message_id VARCHAR,  -- from the moment it may have left
    code INTEGER,  -- the server's newest answer
    words VARCHAR,  -- the same in words, or why it stands as it does
    PRIMARY KEY (issue_id, reader_id)
);
