from transforms.advice import advice_on
from transforms.records import GOOD_OUTCOMES, OUTCOMES


def test_every_failure_says_what_to_do_and_success_needs_nothing():
    assert {outcome for outcome in OUTCOMES if advice_on(outcome) is None} == GOOD_OUTCOMES
    assert advice_on(None) is None
