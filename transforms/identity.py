"""What identifies an article: its address, whichever feeds carry it; else its guid or words."""

from dataclasses import replace
from hashlib import sha256

from transforms.errors import InvalidURLError
from transforms.records import Article
from transforms.text import content_hash
from transforms.urls import canonical_url


def identify(article: Article) -> str:
    """Return the article's id: 32 hex digits of a hash over what identifies it.

    That is its canonical address, so that every feed's copy has one id and a feed that moves
    brings nothing back as new; without an address, the feed's guid; without that, its words.
    """
    if article.canonical_url:
        key = article.canonical_url
    elif article.guid:
        key = f"{article.feed_id}\0{article.guid}"
    else:
        key = f"{article.feed_id}\0{article.title}\0{article.date_raw}\0{article.dek}"
    return sha256(key.encode()).hexdigest()[:32]


def text_hash(article: Article) -> int:
    """Return a 64-bit hash of what a reader would notice: title, dek and body."""
    return content_hash(article.title, article.dek, article.text)


def apart_from_its_page(article: Article) -> Article:
    """Return `article` as one of those that share its address."""
    key = f"{article.feed_id}\0{article.canonical_url}\0{article.guid}"
    return replace(
        article,
        article_id=sha256(key.encode()).hexdigest()[:32],
        canonical_url=None,
        flags=(*article.flags, "url_shared"),
    )


def own_guid(article: Article) -> str | None:
    """Return the guid, unless it only repeats the address, maybe with other tracking parameters."""
    has_own = article.guid and not is_address(article.guid, article.canonical_url)
    return article.guid if has_own else None


def is_address(guid: str, canonical: str | None) -> bool:
    """Whether a guid is the address whose canonical spelling is `canonical`."""
    if not guid.startswith(("http://", "https://")):
        return False
    try:
        return canonical_url(guid) == canonical
    except InvalidURLError:
        return False
