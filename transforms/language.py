"""Which language a text is in, told by its commonest words; for pages that do not say."""

import re

ENOUGH_WORDS = 400
# Of all words; running text has three to five times as much.
MIN_SHARE = 0.08

# Words that one language uses all the time, and that few of the others have.
_COMMON = {
    "en": "the of and to is that for it with as was on are by this from be at which have",
    "fr": "le la les des de une est et dans pour que qui sur au du par avec plus en pas",
    "de": "der die das und ist nicht von den mit dem für auf ein eine im des sich auch werden zu",
    "es": "el la los las del de que una es por con para se su como más al pero fue ha en y",
    "it": "il la di che è della per una con del sono dei alla gli nel più anche le e si",
    "pt": "o a que do da de em um uma para com não os por mais dos as foi ao são",
    "nl": "de het een van en dat is op te zijn met voor niet aan er om ook bij door naar",
    "sv": "och att det som en på är av för den med till inte har om ett var från kan så",
}
_VOCABULARIES = {code: frozenset(words.split()) for code, words in _COMMON.items()}
# Scripts that one language is written in, as far as space news goes. Kana decides before Han.
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
)
_WORD = re.compile(r"[^\W\d_]+")
_ENOUGH_LETTERS = 0.2


def language_of(text: str) -> str | None:
    """Return the two-letter code of the language of a running text; None if it is not clear.

    >>> language_of("The probe is on its way to the far side of the moon.")
    'en'
    """
    sample = text[: ENOUGH_WORDS * 10]
    for code, script in _SCRIPTS:
        if len(script.findall(sample)) > _ENOUGH_LETTERS * len(sample):
            return code
    words = [word.lower() for word in _WORD.findall(sample)[:ENOUGH_WORDS]]
    counts = {code: sum(word in known for word in words) for code, known in _VOCABULARIES.items()}
    best = max(counts, key=lambda code: counts[code])
    others = max(count for code, count in counts.items() if code != best)
    is_clear = counts[best] > MIN_SHARE * len(words) and counts[best] > others
    return best if is_clear else None
