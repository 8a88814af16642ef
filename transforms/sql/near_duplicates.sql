-- One row per pair of articles whose texts are nearly the same: wire copies, reprints of a release.
--   in:  articles
--   out: article_id, other_id (the smaller id first), jaccard
-- A text (title, standfirst and the first $near_duplicate_words words) is the set of its runs of
-- three words. Pairs are found by min-hash (64 hashes in 16 bands of 4: a pair at Jaccard 0.7 is
-- missed once in 80), then held to the exact Jaccard similarity of their sets, $least_jaccard.
-- Texts of fewer than $least_shingles runs say too little to be compared.

WITH texts AS (
    SELECT
        article_id,
        list_filter(
            string_split_regex(
                lower(strip_accents(concat_ws(' ', title, dek, text))), '[^\p{L}\p{N}]+'
            ),
            lambda word: word != ''
        )[1:$near_duplicate_words] AS words
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

hashes AS (
    SELECT
        shingles.article_id,
        seeds.seed,
        min(hash(xor(shingles.shingle, hash(seeds.seed)))) AS lowest
    FROM shingles
    INNER JOIN sizes ON shingles.article_id = sizes.article_id
    CROSS JOIN range(64) AS seeds (seed)
    GROUP BY shingles.article_id, seeds.seed
),

bands AS (
    SELECT
        article_id,
        seed // 4 AS band,
        hash(list(lowest ORDER BY seed)) AS signature
    FROM hashes
    GROUP BY article_id, seed // 4
),

candidates AS (
    SELECT DISTINCT
        one.article_id,
        other.article_id AS other_id
    FROM bands AS one
    INNER JOIN bands AS other
        ON one.band = other.band
        AND one.signature = other.signature
        AND one.article_id < other.article_id
),

shared AS (
    SELECT
        candidates.article_id,
        candidates.other_id,
        count(*) AS size
    FROM candidates
    INNER JOIN shingles AS one ON candidates.article_id = one.article_id
    INNER JOIN shingles AS other
        ON candidates.other_id = other.article_id
        AND one.shingle = other.shingle
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
