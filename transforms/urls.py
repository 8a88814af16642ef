"""Addresses of articles: clean enough to link to, and one spelling to compare by.

>>> canonical_url("http://www.SpaceNews.com/starship/?utm_source=rss#comments")
'https://spacenews.com/starship'
"""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TypeVar
from urllib.parse import parse_qsl, quote, unquote, urljoin, urlsplit

from transforms.errors import InvalidURLError

Fallback = TypeVar("Fallback", str, None)

MAX_CHARACTERS = 2048
DEFAULT_PORTS = {"http": 80, "https": 443}

# Removed anywhere, as browsers do (WHATWG URL, "basic URL parser"), with the other controls.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_INVISIBLE_ENDS = " \xa0\u200b\u200e\u200f\u2060\ufeff"
_ABSOLUTE = re.compile(r"https?://", re.IGNORECASE)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_MAX_HOST = 253
# A last label that is a number makes browsers and resolvers read the host as an IPv4 address,
# in octal, hexadecimal, or with parts left out (WHATWG URL, "ends in a number checker").
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")

# RFC 3986: what may stand in a path or query as it is. "%" is looked at by `_STRAY_PERCENT`.
_SAFE_IN_PATH = "/%:@!$&'()*+,;=~"
_SAFE_IN_QUERY = _SAFE_IN_PATH + "?"
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

# Twins of one site. Not stripped from "m.com" or "www.co.uk": something must be left.
_TWIN = re.compile(r"(?:www|m|mobile|amp)\.(?=[^.]+\.)(?!(?:co|com|org|net|ac|gov)\.[a-z]{2}$)")
_SESSION = re.compile(r";jsessionid=[^/;?]*", re.IGNORECASE)
_INDEX = re.compile(r"/index\.(?:html?|php)$", re.IGNORECASE)
_AMP_FILE = re.compile(r"(?<=[^/])\.amp(?=(?:\.html?)?$)", re.IGNORECASE)

# Parameters that say who sent the reader, and not what is read. The list is our own, from the
# addresses that feeds give; ClearURLs' and AdGuard's rules are the field's references for more.
_TRACKING = re.compile(
    # Google, Matomo, Webtrends, the BBC, HubSpot, Eloqua, AT Internet
    r"utm(?:_\w*)?|(?:pk|piwik|mtm|matomo|wt|ns|at|hsa|elq)_\w*|wt\.[\w.]*|_?_hs\w+|hsctatracking|elq\w*"
    r"|xtor|_g[al]|gad_\w+|_openstat"
    # click ids of advertisers and networks
    r"|(?:fb|g|d|y|ys|tw|tt|mscl|rb_)cl(?:k|ick)?id|msclkid|gclsrc|[gw]braid|igsh(?:id)?|li_fat_id|epik"
    r"|fb_(?:source|ref|action_\w+)|__twitter_impression|spm|scm|s_kwcid|s_cid|soc_(?:src|trk)"
    # newsletters
    r"|mc_[ce]id|mkt_tok|vero_(?:id|conv)|oly_(?:anon|enc)_id|ck_subscriber_id|ml_subscriber\w*"
    r"|__s|_kx|dm_i|et_rid"
    # publishers' own campaigns
    r"|cmp|(?:cmp|ex_c|nc|oc|ic|mb)id|ftag|ito|smid|smtyp|sref|ref_(?:src|url)|wpisrc|wpmm|taid"
    r"|guccounter|guce_referrer\w*"
    # sessions, and comments under the article
    r"|phpsessid|jsessionid|replytocom"
    # the viewer of AMP pages
    r"|amp_js_v|amp_gsa|usqp|aoh|noamp"
)
# These mean the article itself on some sites: only a value that names a feed or a way of sharing
# shows that they do not.
_MAYBE_TRACKING = frozenset(
    {
        "ref",
        "source",
        "src",
        "cid",
        "partner",
        "emc",
        "from",
        "via",
        "mod",
        "share",
        "rss",
        "origin",
    }
)
_SENDER = re.compile(
    r"rss\w*|atom|feeds?|(?:rss|news)[-_ ]?feed|feedly|feedburner|newsletter|e?mail|twitter|x|tw"
    r"|facebook|fb|linkedin|reddit|flipboard|whatsapp|telegram|bluesky|mastodon|share|social"
)
_SWITCHED_ON = frozenset({"", "1", "true", "yes"})
_AMP_SWITCHES = frozenset({"outputtype", "output", "view", "mode"})


def clean_url(raw: str, base: str | None = None) -> str:
    """Return the address that `raw` means, fit to be linked to.

    It is absolute, http(s), without credentials, with a lower-case host in IDNA form and no port
    that the scheme implies; what may not stand in an address is percent-encoded.

    Args:
        raw: An address as a feed or page gives it.
        base: An absolute address that a relative `raw` is joined to.

    Raises:
        InvalidURLError: It is relative without a base, not http(s), longer than 2,048
            characters, or hides where it leads.

    >>> clean_url("../a b?q=\u00e9", "https://user:pw@Example.org:443/x/y")
    'https://example.org/a%20b?q=%C3%A9'
    """
    scheme, authority, path, query, fragment = _parts(raw, base)
    url = f"{scheme}://{authority}{path}"
    if query:
        url += f"?{query}"
    if fragment:
        url += f"#{fragment}"
    return _not_too_long(url)


def canonical_url(url: str) -> str:
    """Return the one spelling of `url` that articles are compared by.

    It is https; without `www.`, `m.`, `mobile.` and `amp.`, default ports, fragment (but for
    `#!` routes), tracking parameters, AMP twins, session ids, `index.html`, duplicate slashes,
    dot segments and a trailing slash; the parameters that remain are sorted by name. So it may
    lead nowhere: link to the article's `url`. Applying it twice changes nothing.

    Wrappers are not opened: see `unwrapped_url`.

    Raises:
        InvalidURLError: As `clean_url`.
    """
    _, authority, path, query, fragment = _parts(url)
    # We fold http into https because publishers moved over the years and old feeds still carry
    # the http spelling of the same article.
    host = _without_default_port(authority)
    while shorter := _TWIN.match(host):
        host = host[shorter.end() :]
    parameters = _parameters(_normal_escapes(query))
    canonical = f"https://{host}{_canonical_path(_normal_escapes(path))}"
    if parameters:
        canonical += f"?{parameters}"
    if fragment.startswith("!"):
        canonical += f"#{_normal_escapes(fragment)}"
    return _not_too_long(canonical)


def canonical_or(url: str, fallback: Fallback) -> str | Fallback:
    """Return what `url` is compared by, or `fallback` where it is no web address."""
    try:
        return canonical_url(url)
    except InvalidURLError:
        return fallback


# Names of private networks: RFC 6761, 6762, 8375, ICANN's `internal`, and what routers use.
_LOCAL_DOMAINS = (
    ".localhost", ".local", ".internal", ".home.arpa", ".lan", ".home", ".corp", ".intranet",
)  # fmt: skip


def is_local(url: str) -> bool:
    """Whether the spelling of an address from `clean_url` says that it leads nowhere public.

    A public name can still resolve to a private address: `flows.guard` looks at that.

    >>> is_local("http://printer.local/"), is_local("https://example.org/")
    (True, False)
    """
    host = urlsplit(url).hostname or ""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_LOCAL_DOMAINS)


# Where a wrapper carries its target: host, start of the path, names of the parameter.
_CARRIERS = (
    (re.compile(r"(?:www\.)?google\.[a-z.]{2,6}"), "/url", ("q", "url")),
    (re.compile(r"news\.google\.[a-z.]{2,6}"), "/", ("url",)),
    (re.compile(r"(?:www|l|lm|m)\.facebook\.com"), "/l.php", ("u",)),
    (re.compile(r"l\.instagram\.com"), "/", ("u",)),
    (re.compile(r"(?:www\.)?bing\.com"), "/news/apiclick.aspx", ("url",)),
    (re.compile(r"(?:www\.)?youtube\.com"), "/redirect", ("q",)),
    (re.compile(r"(?:www\.)?linkedin\.com"), "/redir/", ("url",)),
    (re.compile(r"(?:www\.)?duckduckgo\.com"), "/l/", ("uddg",)),
    (re.compile(r"out\.reddit\.com"), "/", ("url",)),
    (re.compile(r"t\.umblr\.com"), "/redirect", ("z",)),
    (re.compile(r"[\w.-]+\.safelinks\.protection\.outlook\.com"), "/", ("url",)),
)
# AMP viewers and Yahoo's search carry it in the path.
_AMP_VIEWER = re.compile(
    r"https?://(?:www\.google\.[a-z.]{2,6}/amp|[\w.-]+\.cdn\.ampproject\.org/[cv])/(?:s/)?(.+)"
)
_YAHOO = re.compile(r"https?://r\.search\.yahoo\.com/.*?/RU=([^/]+)")

# Hosts whose addresses say nothing by themselves: only a request would tell where they lead.
_OPAQUE = re.compile(
    r"feedproxy\.google\.com/|(?:feeds|feeds2)\.feedburner\.com/~r/|feeds\.feedblitz\.com/~/"
    r"|[\w.-]*feedsportal\.com/|feedpress\.me/link/|news\.google\.[a-z.]{2,6}/|apple\.news/"
    # shorteners, of everybody and of publishers
    r"|(?:t\.co|bit\.ly|j\.mp|ow\.ly|buff\.ly|tinyurl\.com|goo\.gl|dlvr\.it|ift\.tt|trib\.al|lnkd\.in"
    r"|fb\.me|is\.gd|v\.gd|wp\.me|shar\.es|hubs\.ly|rb\.gy|cutt\.ly|t\.ly|shorturl\.at|flip\.it"
    r"|go\.nasa\.gov|reut\.rs|nyti\.ms|cnn\.it|bbc\.in|wapo\.st|apne\.ws|econ\.st|go\.nature\.com)/."
)
_MAX_WRAPPINGS = 5


def unwrapped_url(url: str) -> str | None:
    """Return the address that a wrapper such as `google.com/url?q=` carries, clean.

    Wrappers inside wrappers are opened too. None where `url` is no wrapper, or carries nothing
    that is an http(s) address.

    >>> unwrapped_url("https://www.google.com/url?sa=t&url=https%3A%2F%2Fexample.org%2Fa")
    'https://example.org/a'
    """
    found: str | None = None
    for _ in range(_MAX_WRAPPINGS):
        target = _carried(url)
        if target is None:
            break
        try:
            found = url = clean_url(target)
        except InvalidURLError:
            break
    return found


def is_wrapper(url: str) -> bool:
    """Whether `url` is not an article's own address but leads to one.

    >>> is_wrapper("https://feedproxy.google.com/~r/spacenews/~3/abc/")
    True
    """
    split = urlsplit(url)
    address = f"{(split.hostname or '').removeprefix('www.')}{split.path or '/'}"
    return _OPAQUE.match(address) is not None or _carried(url) is not None


def _carried(url: str) -> str | None:
    """Return what `url` says it leads to, not yet checked."""
    if found := _YAHOO.match(url):
        return unquote(found[1])
    if found := _AMP_VIEWER.match(url):
        return f"https://{found[1]}"
    split = urlsplit(url)
    for host, path, names in _CARRIERS:
        if host.fullmatch(split.hostname or "") and split.path.startswith(path):
            values = dict(parse_qsl(split.query))
            return next((values[name] for name in names if name in values), None)
    return None


def _parts(raw: str, base: str | None = None) -> tuple[str, str, str, str, str]:
    """Return scheme, authority, path, query and fragment, each clean."""
    text = _CONTROLS.sub("", raw).strip(_INVISIBLE_ENDS)
    if len(text) > MAX_CHARACTERS:
        raise _invalid(raw, f"it is longer than {MAX_CHARACTERS:,} characters")
    try:
        if base is not None and not _ABSOLUTE.match(text):
            text = urljoin(base, text)
        if not _ABSOLUTE.match(text):
            raise _invalid(raw, "it is no absolute http(s) address")
        split = urlsplit(text)
        port = split.port
    except ValueError as error:
        raise _invalid(raw, str(error)) from error
    # Browsers read "\\" as "/", other parsers do not: they disagree on the host.
    if "\\" in split.netloc:
        raise _invalid(raw, "its host holds a backslash")
    if port == 0:
        raise _invalid(raw, "port 0 does not exist")
    try:
        authority = _host(split.hostname or "", is_bracketed="[" in split.netloc)
    except ValueError as error:
        raise _invalid(raw, f"its host is no plain name or address ({error})") from error
    if port is not None and port != DEFAULT_PORTS[split.scheme]:
        authority += f":{port}"
    return (
        split.scheme,
        authority,
        _escaped(split.path or "/", _SAFE_IN_PATH),
        _escaped(split.query, _SAFE_IN_QUERY),
        _escaped(split.fragment, _SAFE_IN_QUERY),
    )


def _host(host: str, *, is_bracketed: bool) -> str:
    """Return `host` in lower-case ASCII; IPv6 in brackets.

    Raises:
        ValueError: It is empty, misspelt, has a zone, or is an IPv4 address in disguise.
    """
    if is_bracketed:
        address = IPv6Address(host)
        if address.scope_id is not None:
            message = "a zone means nothing elsewhere"
            raise ValueError(message)
        return f"[{address.compressed}]"
    if not host.isascii():
        import idna  # noqa: PLC0415 9 ms that most runs never need

        host = idna.encode(host, uts46=True).decode("ascii")  # IDNAError is a ValueError
    host = host.lower().removesuffix(".")
    labels = host.split(".")
    if len(host) > _MAX_HOST or not all(map(_LABEL.fullmatch, labels)):
        message = "see RFC 1034, section 3.5"
        raise ValueError(message)
    return str(IPv4Address(host)) if _NUMBER.fullmatch(labels[-1]) else host


def _escaped(text: str, safe: str) -> str:
    """Percent-encode what may not stand in an address; escapes stay as they are."""
    return _STRAY_PERCENT.sub("%25", quote(text, safe=safe, errors="replace"))


def _normal_escapes(text: str) -> str:
    """Undo escapes of unreserved characters, upper-case the others (RFC 3986, section 6.2.2)."""
    if "%" not in text:
        return text

    def normal(found: re.Match[str]) -> str:
        character = chr(int(found[1], 16))
        return character if character in _UNRESERVED else found[0].upper()

    return _ESCAPE.sub(normal, text)


def _without_default_port(authority: str) -> str:
    # Either one: https on port 80 is the http address whose scheme was folded.
    for port in DEFAULT_PORTS.values():
        authority = authority.removesuffix(f":{port}")
    return authority


def _canonical_path(path: str) -> str:
    before = None
    while path != before:  # "/a/amp/index.html" has two endings
        before = path
        path = _SESSION.sub("", path)
        path = "/" + "/".join(_segments(path))
        path = _INDEX.sub("/", path)
        path = _AMP_FILE.sub("", path)
        if path.count("/") > 1:
            path = path.removesuffix("/amp")
    return path


def _segments(path: str) -> list[str]:
    """Return the segments that count: no empty ones, dots resolved (RFC 3986, section 5.2.4)."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in {"", "."}:
            kept.append(segment)
    return kept


def _parameters(query: str) -> str:
    kept: list[tuple[str, str]] = []
    for parameter in query.split("&"):
        name, _, value = parameter.partition("=")
        if parameter and not _is_beside_the_article(name.lower(), value.lower()):
            kept.append((name, parameter))
    # By name only: the order of values under one name can matter.
    return "&".join(parameter for _, parameter in sorted(kept, key=lambda pair: pair[0]))


def _is_beside_the_article(name: str, value: str) -> bool:
    """Whether a parameter only says who sent the reader, or asks for the AMP twin."""
    if _TRACKING.fullmatch(name) or (name in _AMP_SWITCHES and value == "amp"):
        return True
    if name in {"amp", "rss"}:
        return value in _SWITCHED_ON
    return name in _MAYBE_TRACKING and _SENDER.fullmatch(value) is not None


def _not_too_long(url: str) -> str:
    if len(url) > MAX_CHARACTERS:
        raise _invalid(url, f"it is longer than {MAX_CHARACTERS:,} characters")
    return url


def _invalid(raw: str, reason: str) -> InvalidURLError:
    return InvalidURLError(f"address {raw[:200]!r} is refused: {reason}")
