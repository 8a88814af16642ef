-- One row per phrase of the vocabulary that an article holds and means.
--   in:  articles (article_id, title, dek, related_topics, text, url),
--        phrases, phrase_forms, phrase_conditions
--   out: article_id, field, start_at, length, form, phrase_id, phrase, role, tag_id
-- An article is read as words: without case, accents, hyphens and possessives; no phrase reaches
-- over the end of a sentence. Of phrases inside one another only the longest counts; where an idiom
-- or look-alike and another phrase are the same words, the idiom or look-alike does. A look-alike
-- in the title or dek ("Samsung Galaxy") also takes its single words ("galaxy") with it, wherever
-- else they stand in the article.

WITH fields AS (
    SELECT
        article_id,
        'title' AS field,
        title AS said
    FROM articles
    UNION ALL
    -- An article without a standfirst begins with its text.
    SELECT
        article_id,
        'dek' AS field,
        coalesce(dek, left(text, 400)) AS said
    FROM articles
    UNION ALL
    SELECT
        article_id,
        'topics' AS field,
        array_to_string(related_topics, ' ; ') AS said
    FROM articles
    UNION ALL
    -- Some 200 words: what stands further down is background more often than topic.
    SELECT
        article_id,
        'text' AS field,
        left(text, 1300) AS said
    FROM articles
    UNION ALL
    -- The path alone; its folders are told apart as sentences are.
    SELECT
        article_id,
        'url' AS field,
        replace(regexp_replace(url, '^[a-z]+://[^/]*/?|[?#].*$', '', 'g'), '/', ' ; ') AS said
    FROM articles
),

-- One blank between words; "¶" stands between sentences. From the inside out: no accents, no
-- addresses, one apostrophe, no possessives, "U.S." as one word, ends of sentences, points and
-- commas only inside numbers, nothing else between words.
cleaned AS (
    SELECT
        article_id,
        field,
        trim(
            regexp_replace(
                regexp_replace(
                    regexp_replace(
                        regexp_replace(
                            regexp_replace(
                                translate(
                                    regexp_replace(strip_accents(said), 'https?://\S+', ' ; ', 'g'),
                                    '’‘ʼ`´',
                                    ''''''''''''
                                ),
                                '''[sS]\b', '', 'g'
                            ),
                            '\b([A-Za-z])\.([A-Za-z])\b\.?', '\1\2', 'g'
                        ),
                        '[.!?:;|()\[\]"“”…]+(\s|$)|\s[("“\[]', ' ¶ ', 'g'
                    ),
                    '[.,]+([^0-9]|$)', ' \1', 'g'
                ),
                '[^\p{L}\p{N}$€£¶.,]+', ' ', 'g'
            )
        ) AS written
    FROM fields
    WHERE said <> ''
),

-- `spellings` are the words as phrases are looked up: in lower case, every number as "#".
worded AS (
    SELECT
        article_id,
        field,
        string_split(written, ' ') AS words,
        string_split(
            regexp_replace(lower(written), '[0-9]+([.,][0-9]+)*', '#', 'g'), ' '
        ) AS spellings
    FROM cleaned
),

-- Lists side by side, each a word further on, unnest into every run of up to six words.
runs AS (
    SELECT
        article_id,
        field,
        unnest(range(len(words))) AS start_at,
        unnest(spellings) AS k1,
        unnest(spellings[2:]) AS k2,
        unnest(words) AS w1,
        unnest(words[2:]) AS w2,
        unnest(words[3:]) AS w3,
        unnest(words[4:]) AS w4,
        unnest(words[5:]) AS w5,
        unnest(words[6:]) AS w6
    FROM worded
),

-- Most words begin no phrase. To ask for the first word, then for the first two, and to know how
-- long their phrases are, saves most of the work.
keyed_forms AS (
    SELECT
        string_split(regexp_replace(form, '[0-9]+([.,][0-9]+)*', '#', 'g'), ' ') AS spellings,
        len(string_split(form, ' ')) AS length
    FROM phrase_forms
),

first_words AS (
    SELECT DISTINCT spellings[1] AS k1
    FROM keyed_forms
),

first_pairs AS (
    SELECT
        spellings[1] AS k1,
        spellings[2] AS k2,
        max(length) AS longest
    FROM keyed_forms
    WHERE length > 1
    GROUP BY ALL
),

grams AS (
    SELECT
        runs.article_id,
        runs.field,
        runs.start_at,
        unnest(
            CASE
                WHEN first_pairs.longest IS NULL THEN [runs.w1]
                WHEN first_pairs.longest = 2 THEN [runs.w1, concat_ws(' ', runs.w1, runs.w2)]
                ELSE [
                    runs.w1,
                    concat_ws(' ', runs.w1, runs.w2),
                    concat_ws(' ', runs.w1, runs.w2, runs.w3),
                    concat_ws(' ', runs.w1, runs.w2, runs.w3, runs.w4),
                    concat_ws(' ', runs.w1, runs.w2, runs.w3, runs.w4, runs.w5),
                    concat_ws(' ', runs.w1, runs.w2, runs.w3, runs.w4, runs.w5, runs.w6)
                ]
            END
        ) AS written
    FROM runs
    INNER JOIN first_words ON runs.k1 = first_words.k1
    LEFT JOIN first_pairs ON runs.k1 = first_pairs.k1 AND runs.k2 = first_pairs.k2
),

-- A number is looked for as itself and as any number.
spelt AS (
    SELECT
        article_id,
        field,
        start_at,
        written,
        lower(written) AS form
    FROM grams
    UNION ALL
    SELECT
        article_id,
        field,
        start_at,
        written,
        regexp_replace(lower(written), '[0-9]+([.,][0-9]+)*', '#', 'g') AS form
    FROM grams
    WHERE regexp_matches(written, '[0-9]')
),

found AS (
    SELECT DISTINCT
        spelt.article_id,
        spelt.field,
        spelt.start_at,
        spelt.form,
        phrases.phrase_id,
        phrases.phrase,
        phrases.role,
        phrases.tag_id,
        len(string_split(spelt.form, ' ')) AS length
    FROM spelt
    INNER JOIN phrase_forms ON spelt.form = phrase_forms.form
    INNER JOIN phrases ON phrase_forms.phrase_id = phrases.phrase_id
    WHERE
        NOT phrase_forms.is_acronym
        OR upper(rtrim(spelt.written, 's')) = rtrim(spelt.written, 's')
),

conditional AS (
    SELECT
        phrase_id,
        bool_or(is_wanted) AS wants_any
    FROM phrase_conditions
    GROUP BY phrase_id
),

-- What an article that holds any of a phrase's conditions says of them.
conditions AS (
    SELECT
        found.article_id,
        phrase_conditions.phrase_id,
        bool_or(phrase_conditions.is_wanted) AS has_wanted,
        bool_or(NOT phrase_conditions.is_wanted) AS has_unwanted
    FROM found
    INNER JOIN phrase_conditions ON found.phrase_id = phrase_conditions.condition_id
    GROUP BY ALL
),

meant AS (
    SELECT found.*
    FROM found
    LEFT JOIN conditional ON found.phrase_id = conditional.phrase_id
    LEFT JOIN conditions
        ON
            found.article_id = conditions.article_id
            AND found.phrase_id = conditions.phrase_id
    WHERE
        found.role <> 'condition'
        AND (NOT coalesce(conditional.wants_any, FALSE) OR coalesce(conditions.has_wanted, FALSE))
        AND NOT coalesce(conditions.has_unwanted, FALSE)
),

-- A phrase lies inside a longer one where one that begins no later, and is not of the same words,
-- ends no earlier.
outermost AS (
    SELECT *
    FROM meant
    QUALIFY
        coalesce(
            max(start_at + length) OVER (
                PARTITION BY article_id, field
                ORDER BY start_at ASC, length DESC
                GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ),
            0
        ) < start_at + length
        AND (
            role IN ('idiom', 'lookalike')
            OR NOT bool_or(role IN ('idiom', 'lookalike')) OVER (
                PARTITION BY article_id, field, start_at, length
            )
        )
),

taken AS (
    SELECT DISTINCT
        article_id,
        unnest(string_split(form, ' ')) AS form
    FROM outermost
    WHERE role = 'lookalike' AND field IN ('title', 'dek')
)

SELECT
    outermost.article_id,
    outermost.field,
    outermost.start_at,
    outermost.length,
    outermost.form,
    outermost.phrase_id,
    outermost.phrase,
    outermost.role,
    outermost.tag_id
FROM outermost
LEFT JOIN taken
    ON
        outermost.article_id = taken.article_id
        AND outermost.form = taken.form
        AND outermost.role IN ('name', 'word', 'term', 'hint')
WHERE taken.form IS NULL
ORDER BY
    outermost.article_id,
    outermost.field,
    outermost.start_at,
    outermost.phrase_id
