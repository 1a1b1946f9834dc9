"""How long things take: compared with another way to the same figures, on random cases with ties and waiting ones."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from math import exp, log, sqrt

import pytest

from undersigned.figures.survival import Spell, clock, day_of, ended_by, resampled


def dice(seed: object) -> random.Random:
    return random.Random(str(seed))  # noqa: S311 - the same cases each time


def cases(seed: int, *endings: str) -> list[Spell]:
    pick = dice(seed)
    return [
        Spell(pick.randint(0, 60), pick.choice([*endings, None]), f"p{pick.randint(1, 6)}")
        for _ in range(pick.choice((3, 8, 20, 60)))
    ]


def redistributed(spells: Sequence[Spell], ending: str) -> list[tuple[int, Fraction]]:
    """The share ended by each day: every waiting case hands its weight on, evenly, to those that outlast it.

    Source: B. Efron, The two sample problem with censored data (1967): the same as Kaplan-Meier and Aalen-Johansen.
    """
    order = sorted(spells, key=lambda spell: (spell.days, spell.ending is None))
    weights = [Fraction(1, len(order))] * len(order)
    for index, spell in enumerate(order):
        if spell.ending is None and index + 1 < len(order):
            later = len(order) - index - 1
            for other in range(index + 1, len(order)):
                weights[other] += weights[index] / later
    ended = [(spell.days, weight) for spell, weight in zip(order, weights, strict=True) if spell.ending == ending]
    days = sorted({spell.days for spell in order if spell.ending is not None})
    return [(day, sum((weight for when, weight in ended if when <= day), Fraction(0))) for day in days]


@pytest.mark.parametrize("endings", [("signed",), ("signed", "declined")])
def test_200_random_sets_against_redistribution(endings: tuple[str, ...]) -> None:
    for seed in range(200):
        spells = cases(seed, *endings)
        expected = redistributed(spells, "signed")
        steps = ended_by(spells, "signed")
        assert [step.days for step in steps] == [day for day, _ in expected]
        assert [step.share for step in steps] == pytest.approx([float(share) for _, share in expected], abs=1e-9)
        assert all(step.low <= step.share + 1e-12 and step.share <= step.high + 1e-12 for step in steps)
        assert sum(step.ended for step in steps) == sum(spell.ending == "signed" for spell in spells)


def test_endings_of_all_kinds_add_up_to_all_that_ended() -> None:
    for seed in range(50):
        spells = cases(seed, "signed", "declined")
        both = [ended_by(spells, ending) for ending in ("signed", "declined")]
        either = ended_by([Spell(s.days, "any" if s.ending else None, s.cluster) for s in spells], "any")
        added = [one.share + other.share for one, other in zip(*both, strict=True)]
        assert added == pytest.approx([step.share for step in either])


def test_limits_are_those_of_greenwood_where_there_is_one_ending() -> None:
    for seed in range(100):
        spells = cases(seed, "signed")
        left, variance = 1.0, 0.0
        for step in ended_by(spells, "signed"):
            left *= 1 - step.ended / step.at_risk
            if step.at_risk > step.ended:
                variance += step.ended / (step.at_risk * (step.at_risk - step.ended))
            if 0 < left < 1:
                half = 1.959963984540054 * sqrt(variance) / log(left)
                bounds = sorted((1 - left ** exp(half), 1 - left ** exp(-half)))
                assert (step.low, step.high) == pytest.approx(bounds, abs=1e-9)


def test_known_figures() -> None:
    """The remission times of 21 patients (E. J. Freireich and others, Blood 21, 1963), a textbook case: median 23."""
    ended = (6, 6, 6, 7, 10, 13, 16, 22, 23)
    waiting = (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
    spells = [Spell(day, "end", "x") for day in ended] + [Spell(day, None, "x") for day in waiting]
    steps = ended_by(spells, "end")
    assert [round(1 - step.share, 3) for step in steps] == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert day_of(steps)[:2] == (23, 13)


def test_a_refusal_is_no_signature_yet_to_come() -> None:
    """Where half refuse, half never sign, however long one waits."""
    spells = [Spell(day, "declined" if day % 2 else "signed", "p") for day in range(1, 12)]
    assert clock(spells, "signed").median is None
    waiting = [Spell(spell.days, spell.ending if spell.ending == "signed" else None, "p") for spell in spells]
    assert clock(waiting, "signed").median is not None


@pytest.mark.parametrize(
    ("ended", "method"),
    [
        (4, "each case"),
        (5, "kaplan-meier, log-log limits"),
        (19, "kaplan-meier, log-log limits"),
        (20, "kaplan-meier, limits by resampling protocols"),
    ],
)
def test_what_few_cases_allow(ended: int, method: str) -> None:
    spells = [Spell(day, "signed", f"p{day % 3}") for day in range(ended)] + [Spell(50, None, "p0")] * 3
    found = clock(spells, "signed", by_month=2)
    assert (found.n, found.ended, found.by_month, found.method) == (ended + 3, ended, 2, method)
    assert (found.median is None) == (ended < 5)
    assert (found.quarter is None) == (ended < 20)


def test_resampling_keeps_the_cases_of_a_protocol_together_and_gives_the_same_each_time() -> None:
    """Each protocol has one day: the limits are as wide as few protocols make them, not as many cases."""
    spells = [Spell(10 * protocol, "signed", f"p{protocol}") for protocol in range(1, 6) for _ in range(20)]
    low, high = resampled(spells, "signed")
    assert (low, high) == resampled(list(reversed(spells)), "signed")
    assert low is not None
    assert high is not None
    assert low <= 20
    assert high >= 40
    _, narrow, wide = day_of(ended_by(spells, "signed"))
    assert narrow is not None
    assert wide is not None
    assert high - low > wide - narrow
