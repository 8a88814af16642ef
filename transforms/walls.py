"""Challenges, captchas and logins: pages that stand where a feed was due."""

import re

# A wall is told apart from any other
# page, because the cure is another one: writing to the webmaster.
WALL = re.compile(
    rb"captcha|just a moment|checking your browser|verify(?:ing)? (?:that )?you are (?:a )?human"
    rb"|are you a robot|enable javascript and cookies|access denied|attention required|cf-chl"
    rb"|ddos|unusual traffic|datadome|perimeterx|incapsula|sign in to continue|please log ?in"
    rb"|type=[\"']?password",
    re.IGNORECASE,
)
