"""Fetch the week's pictures once, under the feeds' guard, and re-encode them."""

import hashlib
import io
import json
import logging
import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote, urlsplit

from PIL import Image, ImageOps

from flows.asking import Asker
from flows.settings import Settings
from flows.whole_files import write_whole
from reports.records import Picture
from transforms.records import Article, WeekNews

log = logging.getLogger(__name__)

MAX_BYTES = 12_000_000
MAX_PIXELS = 50_000_000
WIDEST = 1_280
QUALITY = 82
WORKERS = 8
FORMATS = ("JPEG", "PNG", "WEBP")


def gather_pictures(
    settings: Settings, news: WeekNews, wanted: Sequence[str]
) -> Mapping[str, Picture]:
    """Return the pictures of the `wanted` articles, by article id; what failed is left out.

    An editor's own copy in `config/pictures/` (of the address's file name) goes first; what was
    fetched before comes from the cache beside the database, so that a letter is the same
    whenever it is drawn.
    """
    if settings.digest.images == "none" or not wanted:
        return {}
    leads = {story.lead.article_id: story.lead for story in news.stories}
    articles = [leads[article_id] for article_id in wanted]
    with (
        Asker(settings.fetch, settings.config, WORKERS) as asker,
        ThreadPoolExecutor(WORKERS, "picture") as pool,
    ):

        def bring(article: Article) -> Picture | None:
            data = _own_copy(settings, article) or _cached(settings, article)
            if data is None:
                response = asker.ask(
                    _address(article), feed_id=article.feed_id or "", max_body_bytes=MAX_BYTES
                )
                data = _reencoded(response.body) if response.body else None
                _keep(settings, article, data, response.detail)
            return _picture(article, data) if data else None

        found = zip(articles, pool.map(bring, articles), strict=True)
        return {article.article_id: picture for article, picture in found if picture}


def _address(article: Article) -> str:
    return (article.hero.url if article.hero else None) or ""


def _own_copy(settings: Settings, article: Article) -> bytes | None:
    name = Path(unquote(urlsplit(_address(article)).path)).name
    path = settings.config / "pictures" / name
    return _reencoded(path.read_bytes()) if name and path.is_file() else None


def _cache(settings: Settings, article: Article) -> Path:
    name = hashlib.sha256(_address(article).encode()).hexdigest()[:32]
    return settings.database.parent / "pictures" / name


def _cached(settings: Settings, article: Article) -> bytes | None:
    path = _cache(settings, article)
    return path.read_bytes() if path.is_file() else None


def _keep(settings: Settings, article: Article, data: bytes | None, detail: str | None) -> None:
    path = _cache(settings, article)
    if data is None:
        log.warning("no picture url=%s why=%s", _address(article), detail or "no picture in it")
        return
    write_whole(path, data)
    about = {"url": _address(article), "article": article.article_id}
    path.with_suffix(".json").write_text(json.dumps(about), encoding="utf-8")


def _reencoded(data: bytes) -> bytes | None:
    """Return the picture as JPEG or PNG without EXIF, at most `WIDEST` wide; None if it is none.

    The content decides what it is. A picture of absurd dimensions is refused unread.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:
                    return None
                upright = ImageOps.exif_transpose(image)
                upright.thumbnail((WIDEST, WIDEST * 2), Image.Resampling.LANCZOS)
                has_alpha = upright.mode in ("RGBA", "LA", "P") and image.format != "JPEG"
                clean = upright.convert("RGBA" if has_alpha else "RGB")
                out = io.BytesIO()
                if has_alpha:
                    clean.save(out, "PNG", optimize=True)
                else:
                    clean.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombWarning):
        return None
    return out.getvalue()


def _picture(article: Article, data: bytes) -> Picture:
    with Image.open(io.BytesIO(data)) as image:
        width, height, kind = image.width, image.height, image.format
    hero = article.hero
    return Picture(
        data=data,
        media_type="image/png" if kind == "PNG" else "image/jpeg",
        width=width,
        height=height,
        alt=hero.alt if hero else None,
        credit=hero.credit if hero else None,
        caption=hero.caption if hero else None,
    )
