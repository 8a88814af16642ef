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

-- What single words were found to speak for and against a tag, in hundredths of log-odds, and what
-- is said of it before any word: for any article, for one whose phrases earned it, for three points
-- of phrases, and for all points of the best tag. `transforms.tag_words.load_tag_words` fills them.
CREATE OR REPLACE TABLE tag_words (
    word VARCHAR NOT NULL,
    tag_id VARCHAR NOT NULL,
    weight INTEGER NOT NULL,
    PRIMARY KEY (word, tag_id)
);

CREATE OR REPLACE TABLE tag_weights (
    tag_id VARCHAR PRIMARY KEY,
    bias INTEGER NOT NULL,
    earned INTEGER NOT NULL,
    points INTEGER NOT NULL,
    share INTEGER NOT NULL
);

-- Tags that an article keeps however much it says of another.
CREATE OR REPLACE TABLE unweighed_tags (
    tag_id VARCHAR PRIMARY KEY
);

-- Hosts that write about space and nothing else; each stands for its subdomains too.
CREATE OR REPLACE TABLE space_hosts (
    host VARCHAR PRIMARY KEY
);
