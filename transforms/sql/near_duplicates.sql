-- One row per pair of articles whose texts are nearly the same: wire copies, reprints of a release.
--   in:  articles
--   out: article_id, other_id (the smaller id first), jaccard
-- A text (title, standfirst and the first $near_duplicate_words words) is the set of its runs of
-- three words. Its sketch is the $sketch_size smallest hashes of them (bottom-k min-hash, Broder
-- 1997): two sketches share about as large a part as the two texts do. Pairs that share a third of
-- a sketch are then held to the exact Jaccard similarity of their sets, $least_jaccard. Runs that
-- stand in more than $common_run articles are boilerplate and make no pair; texts of fewer than
-- $least_shingles runs say too little to be compared.

WITH texts AS (
    SELECT
        article_id,
        list_slice(
            list_filter(
                string_split_regex(
                    lower(strip_accents(
                        concat_ws(' ', title, dek, substring(text, 1, 8 * $near_duplicate_words))
                    )),
                    '[^\p{L}\p{N}]+'
                ),
                LAMBDA word: word != ''
            ),
            1,
            $near_duplicate_words
        ) AS words
    FROM articles
),

shingles AS (
    SELECT DISTINCT
        texts.article_id,
        hash(array_to_string(texts.words[places.place:places.place + 2], ' ')) AS shingle
    FROM texts, unnest(range(1, len(texts.words) - 1)) AS places (place)
),

sizes AS (
    SELECT
        article_id,
        count(*) AS size
    FROM shingles
    GROUP BY article_id
    HAVING count(*) >= $least_shingles
),

sketches AS (
    SELECT
        shingles.article_id,
        shingles.shingle
    FROM shingles
    INNER JOIN sizes ON shingles.article_id = sizes.article_id
    QUALIFY row_number() OVER (
        PARTITION BY shingles.article_id ORDER BY shingles.shingle
    ) <= $sketch_size
),

telling AS (
    SELECT * FROM sketches
    QUALIFY count(*) OVER (PARTITION BY shingle) BETWEEN 2 AND $common_run
),

candidates AS (
    SELECT
        one.article_id,
        other.article_id AS other_id
    FROM telling AS one
    INNER JOIN telling AS other
        ON one.shingle = other.shingle AND one.article_id < other.article_id
    INNER JOIN sizes AS one_size ON one.article_id = one_size.article_id
    INNER JOIN sizes AS other_size ON other.article_id = other_size.article_id
    GROUP BY one.article_id, other.article_id, one_size.size, other_size.size
    HAVING count(*) * 3 >= least($sketch_size, one_size.size, other_size.size)
),

shared AS (
    SELECT
        candidates.article_id,
        candidates.other_id,
        count(*) AS size
    FROM candidates
    INNER JOIN shingles AS one ON candidates.article_id = one.article_id
    INNER JOIN shingles AS other
        ON candidates.other_id = other.article_id AND one.shingle = other.shingle
    GROUP BY candidates.article_id, candidates.other_id
)

SELECT
    shared.article_id,
    shared.other_id,
    round(shared.size / (one.size + other.size - shared.size), 4) AS jaccard
FROM shared
INNER JOIN sizes AS one ON shared.article_id = one.article_id
INNER JOIN sizes AS other ON shared.other_id = other.article_id
WHERE shared.size / (one.size + other.size - shared.size) >= $least_jaccard
ORDER BY shared.article_id, shared.other_id
