-- What editors do to a coming issue. The statement may be run again: it changes nothing that is
-- there.

-- One row per action, kept for good: what an issue is built with, and who answers for it. Rows are
-- only ever added; who takes one back adds an undo.
CREATE TABLE IF NOT EXISTS desk_actions (
    action_id INTEGER PRIMARY KEY,  -- 1, 2, 3, ... in the order of the deeds
    acted_at TIMESTAMPTZ NOT NULL,
    who VARCHAR NOT NULL,
    edition VARCHAR NOT NULL,
    week VARCHAR NOT NULL,  -- the issue it is about, '2026-W47'
    article_id VARCHAR NOT NULL,  -- about the story that holds it; '' where it is about the issue
    action VARCHAR NOT NULL,  -- the vocabulary: transforms.desk.ACTIONS
    value VARCHAR NOT NULL  -- a place, a note, an action_id, what was approved; else ''
);
