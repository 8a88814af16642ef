"""What to do about each way in which a poll, or reading a page, can fail."""

ADVICE = {
    "gone": (
        "the publisher says that it will not come back: look for its new address, or take it out;"
        " asked again with `perigee feeds resume ID`"
    ),
    "not_found": "look on the publisher's site for the feed's address; asked ever more slowly",
    "forbidden": (
        "the publisher refuses robots, or us: set [fetch] user_agent_contact and write to the"
        " webmaster (`perigee feeds status --json` has a text for it); asked ever more slowly"
    ),
    "rate_limited": "nothing: it is asked again when the server said; if it stays, set a longer"
    " [fetch] min_interval",
    "bot_wall": (
        "a page for people stands where the feed was due: write to the webmaster"
        " (`perigee feeds status --json` has a text for it, and the page's first words);"
        " asked ever more slowly"
    ),
    "server_error": "nothing: it usually mends itself; if it stays, tell the publisher",
    "timeout": "nothing: it usually mends itself; else raise [fetch] timeout",
    "too_large": "raise [fetch] max_body_bytes if the feed is worth it, or take a smaller one",
    "not_a_feed": (
        "the address shows a web page: find the feed behind it with `perigee feeds add ADDRESS`"
    ),
    "malformed": "tell the publisher that the feed cannot be read; asked again in time",
    "empty": "nothing at first; if it stays, tell the publisher",
    "unsafe_address": (
        "the address leads into a private network: correct it, or name its host:port in [fetch]"
        " allow_addresses"
    ),
    "tls_error": "the certificate is wrong: tell the publisher, or take the feed's other address",
    "dns_error": "check the spelling of the host; the site may be gone",
    "connection_error": "nothing: it usually mends itself; else check the address",
    "robots_denied": "the site's robots.txt keeps robots from the page: nothing to do",
    "no_article": "the page holds no article that can be read: nothing to do",
    "another_page": "the address shows another page than the feed's article: nothing to do",
}


# What a webmaster can mend, if somebody asks.
WALLS = frozenset({"bot_wall", "forbidden"})
PAUSED = "not asked until `perigee feeds resume ID`"


def advice_on(outcome: str | None, feed_id: str = "ID") -> str | None:
    """Return what a person can do about `outcome`; None where all is well."""
    advice = ADVICE.get(outcome or "")
    return advice and advice.replace(" ID`", f" {feed_id}`")


def request_to_webmaster(outcome: str | None, url: str, user_agent: str) -> str | None:
    """Return a text ready to be sent to the webmaster of `url`; None where that would not help."""
    if outcome not in WALLS:
        return None
    answer = "with a page for people" if outcome == "bot_wall" else "that it may not read it"
    return (
        f"Your server answers our feed reader {answer} when it asks for your feed {url}. It calls"
        f" itself {user_agent!r}, asks one thing at a time, only for what has changed, and waits"
        " longer if you say so (Retry-After, Cache-Control). Could you let it through? Thank you!"
    )
