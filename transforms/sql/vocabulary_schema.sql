-- The vocabulary of config/tags.toml, as `transforms.vocabulary.load_vocabulary` fills it.
-- The tags themselves stand in `tags` of week_schema.sql.

-- One row per phrase and what it speaks for. A phrase under two tags has two rows.
CREATE OR REPLACE TABLE phrases (
    phrase_id INTEGER PRIMARY KEY,
    phrase VARCHAR NOT NULL,  -- as the editor wrote it
    role VARCHAR NOT NULL,  -- name, word, hint; idiom, lookalike, topic; condition
    tag_id VARCHAR  -- of a name, word or hint; NULL where it speaks for space only
);

-- One row per spelling that is looked for.
CREATE OR REPLACE TABLE phrase_forms (
    form VARCHAR NOT NULL,  -- lower case words with single blanks; "#" is any number
    phrase_id INTEGER NOT NULL,
    is_acronym BOOLEAN NOT NULL,  -- found in capitals only
    PRIMARY KEY (form, phrase_id)
);

-- A phrase counts only where one of its wanted conditions is found in the same article (if it has
-- any), and none of its unwanted ones.
CREATE OR REPLACE TABLE phrase_conditions (
    phrase_id INTEGER NOT NULL,
    condition_id INTEGER NOT NULL,  -- a phrase of the role `condition`
    is_wanted BOOLEAN NOT NULL,
    PRIMARY KEY (phrase_id, condition_id)
);

-- Hosts that write about space and nothing else; each stands for its subdomains too.
CREATE OR REPLACE TABLE space_hosts (
    host VARCHAR PRIMARY KEY
);
