-- What editors do to a coming issue. The statement may be run again: it changes nothing that is
-- there.

-- One row per action, kept for good: what an issue is built with, and who answers for it.
CREATE TABLE IF NOT EXISTS desk_actions (
    acted_at TIMESTAMPTZ NOT NULL,
    who VARCHAR NOT NULL,
    edition VARCHAR NOT NULL,
    week VARCHAR NOT NULL,  -- the issue it is about, '2026-W47'
    story_id VARCHAR NOT NULL,  -- '' where it is about the issue
    action VARCHAR NOT NULL,  -- pin, drop, move, note, delay, reset, approve, ...
    value VARCHAR NOT NULL  -- the place of a move, the words of a note; else ''
);
