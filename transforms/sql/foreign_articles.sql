-- One row per article in a language that the issue does not tell.
--   in:  articles (article_id, language); parameter: languages, such as [en, de]; none: all
--   out: article_id
-- Of a language tag the first part counts: "en-GB" is "en". An article that does not say its
-- language, or says that it has several or none ("und", "mul"), is in any.

SELECT article_id
FROM articles
WHERE
    len($languages::VARCHAR []) > 0
    AND NOT list_contains(
        ['und', 'mul', 'mis', 'zxx'] || $languages::VARCHAR [],
        regexp_extract(lower(language), '^[a-z]+')
    )
ORDER BY article_id
