import pytest

from transforms.repair import repair_xml


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        (b"R&D", b"R&amp;D"),
        (b"AT&T; & you", b"AT&amp;T; &amp; you"),
        (b"Q&amp;A &lt; &#8217; &#x2019;", b"Q&amp;A &lt; &#8217; &#x2019;"),
        (b"Caf&eacute;&nbsp;&hellip;", b"Caf&#233;&#160;&#8230;"),
        (b"a\x00b\x08c\td\n", b"abc\td\n"),
        (b"\n\n <?xml?>", b"<?xml?>"),
        (b"<![CDATA[a & b &eacute;]]> & c", b"<![CDATA[a & b &eacute;]]> &amp; c"),
        (b"<![CDATA[never & closed", b"<![CDATA[never & closed"),
        (b"?a=1&b=2&copy=3", b"?a=1&amp;b=2&amp;copy=3"),
    ],
)
def test_what_commonly_breaks_feeds_is_mended_and_the_rest_left_alone(broken, mended):
    assert repair_xml(broken) == mended


def test_half_a_million_ampersands_take_no_time():
    assert repair_xml(b"&" * 500_000) == b"&amp;" * 500_000
