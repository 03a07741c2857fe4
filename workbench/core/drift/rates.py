"""Whether a check passes another share of the answers than it did: a test for two small counts."""

from __future__ import annotations

from math import comb

_NEAR = 1e-12


def rates_p(passed: int, of: int, passed_now: int, of_now: int) -> float | None:
    """How likely rates so far apart, or further, are where nothing moved; None where one side has no answer.

    Fisher's exact test, two-sided (Fisher 1935, The Design of Experiments). Where one side passed always and the other
    never, the test that does not hold the sum fixed says more from few answers (Barnard 1945, Nature 156:177): the
    most likely that can be under one rate r is 2 r^m (1 - r)^n at r = m / (m + n), which is 0.03 for three of three.
    """
    if not of or not of_now:
        return None
    fisher = _fisher(passed, of, passed_now, of_now)
    if (passed, passed_now) in ((of, 0), (0, of_now)):
        rate = of / (of + of_now)
        return min(fisher, 2 * rate**of * (1 - rate) ** of_now)
    return fisher


def _fisher(passed: int, of: int, passed_now: int, of_now: int) -> float:
    total = passed + passed_now
    ways = comb(of + of_now, total)
    own = comb(of, passed) * comb(of_now, passed_now)
    likely = (
        comb(of, first) * comb(of_now, total - first) for first in range(max(0, total - of_now), min(of, total) + 1)
    )
    return min(1.0, sum(each for each in likely if each <= own * (1 + _NEAR)) / ways)
