"""What hidden counts reveal: compared with every table that a reader could think of, and on the sums that returns make."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import product

import pytest

from undersigned.figures.audit import Audit, Place, ReturnOf, audit
from undersigned.figures.bounds import UNBOUNDED, Bounds, ContradictionError, Sum
from undersigned.records.outcome import Outcome

QUARTERS = (
    ("2025-04-01", "2025-06-30"),
    ("2025-07-01", "2025-09-30"),
    ("2025-10-01", "2025-12-31"),
    ("2026-01-01", "2026-03-31"),
)
#: A cell of a table: a group or None for everybody, and a quarter or None for all of them.
Cell = tuple[int | None, int | None]


def dice(seed: object) -> random.Random:
    return random.Random(str(seed))  # noqa: S311 - the same numbers each time


def a_return(name: str, start: str, end: str, *rows: Mapping[str, str], area: str = "county") -> ReturnOf:
    data = {"period": {"from": start, "to": end}, "area": area, "results": list(rows)}
    return ReturnOf(name, "p", Outcome.model_validate(data))


def row(count: object, measure: str = "referrals", **more: str) -> dict[str, str]:
    return {"measure": measure, "count": str(count), **more}


def rate(numerator: object, denominator: object, measure: str = "mi014", **more: str) -> dict[str, str]:
    return {"measure": measure, "numerator": str(numerator), "denominator": str(denominator), **more}


def told(found: Audit) -> set[tuple[str, int, str, int, bool]]:
    return {(one.at.path, one.at.index, one.at.field, one.values, one.hidden) for one in found.worked_out}


# -- compared with every table ----------------------------------------------------------------------------------------


def table(pick: random.Random, groups: int, quarters: int) -> dict[Cell, int]:
    counts: dict[Cell, int] = {
        (group, quarter): pick.choice([0, 1, 2, 3, 4]) if pick.random() < 0.45 else pick.randint(5, 30)
        for group in range(groups)
        for quarter in range(quarters)
    }
    return counts | dict(totals(counts, groups, quarters))


def totals(counts: Mapping[Cell, int], groups: int, quarters: int) -> Iterator[tuple[Cell, int]]:
    for group in range(groups):
        yield (group, None), sum(counts[group, quarter] for quarter in range(quarters))
    for quarter in range(quarters):
        yield (None, quarter), sum(counts[group, quarter] for group in range(groups))
    yield (None, None), sum(counts[group, quarter] for group in range(groups) for quarter in range(quarters))


def published(counts: Mapping[Cell, int], groups: int, quarters: int, step: int) -> list[ReturnOf]:
    found = []
    for quarter in (*range(quarters), None):
        start = QUARTERS[quarter or 0][0]
        end = QUARTERS[quarters - 1 if quarter is None else quarter][1]
        rows = []
        for group in (None, *range(groups)):
            count = counts[group, quarter]
            shown = "[c]" if 0 < count < 5 else step * round(count / step)
            more = {} if group is None else {"group": f"g{group}", "group_set": "all"}
            rows.append(row(shown, rounded_to=str(step), **more))
        found.append(a_return(f"{quarter}", start, end, *rows))
    return found


def possible(counts: Mapping[Cell, int], groups: int, quarters: int, step: int) -> dict[Cell, set[int]]:
    """The values that each hidden count has in some table that would be published in the same way."""

    def values(cell: Cell) -> range:
        count = counts[cell]
        if 0 < count < 5:
            return range(1, 5)
        shown = step * round(count / step)
        return range(max(0, shown - step // 2), shown + step // 2 + 1)

    inner = [(group, quarter) for group in range(groups) for quarter in range(quarters)]
    found: dict[Cell, set[int]] = {cell: set() for cell, count in counts.items() if 0 < count < 5}
    for numbers in product(*(values(cell) for cell in inner)):
        full: dict[Cell, int] = dict(zip(inner, numbers, strict=True))
        full |= dict(totals(full, groups, quarters))
        if all(full[cell] in values(cell) for cell in counts):
            for cell in found:
                found[cell].add(full[cell])
    return found


@pytest.mark.parametrize(
    ("groups", "quarters", "step", "seeds"), [(2, 2, 5, 25), (2, 3, 1, 60), (3, 2, 1, 60), (3, 3, 1, 12)]
)
def test_no_count_is_narrower_and_none_wider_than_every_table_shows(
    groups: int, quarters: int, step: int, seeds: int
) -> None:
    revealed = 0
    for seed in range(seeds):
        counts = table(dice(f"{groups} {quarters} {step} {seed}"), groups, quarters)
        rows: list[int | None] = [None, *range(groups)]
        truth = {
            (f"{quarter}", rows.index(group), "count", len(range(min(values), max(values) + 1)), True)
            for (group, quarter), values in possible(counts, groups, quarters, step).items()
            if max(values) - min(values) < 2
        }
        found = audit(published(counts, groups, quarters, step))
        assert told(found) - {one for one in told(found) if not one[4]} == truth
        assert found.unchecked == ()
        revealed += len(truth)
    assert revealed > 2


def test_made_up_tables_with_a_second_count_hidden_in_each_column() -> None:
    """The floor of the trial: of 1,218 hidden counts 759 follow if a reader knows which were hidden first."""
    exact = 0
    for seed in range(0, 300, 10):
        pick = dice(seed)
        groups = pick.randint(2, 6)
        counts = table(pick, groups, 4)
        found = audit(published(counts, groups, 4, 1))
        exact += sum(one.values == 1 for one in found.worked_out if one.hidden)
        assert found.unchecked == ()
    assert exact > 60


# -- the solver --------------------------------------------------------------------------------------------------------


def test_bounds_agree_with_every_assignment_for_any_sums() -> None:
    pick = dice(7)
    for _ in range(200):
        many = pick.randint(3, 6)
        given = {number: (low := pick.randint(0, 3), low + pick.randint(0, 4)) for number in range(many)}
        sums = [
            Sum(numbers[0], tuple(numbers[1:]))
            for numbers in (pick.sample(range(many), pick.randint(2, min(4, many))) for _ in range(pick.randint(1, 4)))
        ]
        fits = [
            numbers
            for numbers in product(*(range(low, high + 1) for low, high in given.values()))
            if all(numbers[one.whole] == sum(numbers[part] for part in one.parts) for one in sums)
        ]
        try:
            bounds = Bounds(given, sums)
        except ContradictionError:
            assert fits == []
            continue
        assert bounds.possible() == bool(fits)
        if fits:
            for number, known in bounds.exact(range(many), enough=100).items():
                column = [numbers[number] for numbers in fits]
                assert (known.low, known.high, known.certain) == (min(column), max(column), True)


def test_sums_that_only_tell_together() -> None:
    """x + y and x + y + z: no single sum bounds z."""
    given = {0: (0, UNBOUNDED), 1: (0, UNBOUNDED), 2: (1, 4), 3: (100, 100), 4: (103, 103)}
    known = Bounds(given, [Sum(3, (0, 1)), Sum(4, (0, 1, 2))]).exact([2])[2]
    assert (known.low, known.high) == (3, 3)


def test_work_that_is_given_up_is_not_called_certain() -> None:
    given = dict.fromkeys(range(8), (0, 1000))
    sums = [Sum(number, (number + 1, number + 2)) for number in range(6)]
    found = Bounds(given, sums, work=1).exact(range(8)).values()
    assert {one.certain for one in found if one.values > 1} == {False}


# -- the sums that returns make ---------------------------------------------------------------------------------------

YEAR = ("2025-04-01", "2026-03-31")


def test_quarters_and_the_year() -> None:
    returns = [a_return(f"q{i}", *days, row("[c]" if i == 1 else 40)) for i, days in enumerate(QUARTERS)]
    (one,) = audit([*returns, a_return("year", *YEAR, row(123))]).worked_out
    assert (one.at, one.hidden, one.values) == (Place("q1", 0, "count"), True, 1)
    assert one.ways == ("April 2025 to March 2026 less the other 3 periods in it",)
    assert one.subject == "everybody, county, July to September 2025"
    assert audit(returns).worked_out == ()


def test_two_years_that_overlap_and_the_quarters_at_their_ends() -> None:
    """The year from April and the calendar year differ by two quarters."""
    first, last = row("[c]"), row(30)
    returns = [
        a_return("2025-26", *YEAR, row(100)),
        a_return("2025", "2025-01-01", "2025-12-31", row(73)),
        a_return("q4", "2025-01-01", "2025-03-31", first),
        a_return("q8", *QUARTERS[3], last),
    ]
    assert told(audit(returns)) == {("q4", 0, "count", 1, True)}


def test_a_quarter_that_nobody_returned() -> None:
    returns = [a_return(f"q{i}", *days, row(40)) for i, days in enumerate(QUARTERS[:3])]
    (one,) = audit([*returns, a_return("year", *YEAR, row(122))]).worked_out
    assert (one.at, one.hidden) == (Place("year", 0, "count"), False)
    assert audit([*returns, a_return("year", *YEAR, row(120, rounded_to="5"))]).worked_out == ()


def test_areas_that_fill_a_wider_one() -> None:
    returns = [
        a_return("county", *YEAR, row(60)),
        a_return("north", *YEAR, row("[c]"), area="north"),
        a_return("south", *YEAR, row(58), area="south"),
    ]
    assert told(audit(returns, areas={"county": ("north", "south")})) == {("north", 0, "count", 1, True)}
    assert audit(returns).worked_out == ()  # nobody has said that they are parts of the county
    assert told(audit(returns, areas={"county": ("north", "south", "west")})) == {("north", 0, "count", 2, True)}


def test_the_parts_of_a_rate_over_groups() -> None:
    women = rate("[c]", 20, group="women", group_set="sex")
    men = rate(57, 80, group="men", group_set="sex")
    assert told(audit([a_return("r", *YEAR, rate(60, 100), women, men)])) == {("r", 1, "numerator", 1, True)}
    rounded = {"rounded_to": "5"}
    safe = [rate(60, 100, **rounded), {**women, **rounded}, {**men, "numerator": "55", **rounded}]
    assert audit([a_return("r", *YEAR, *safe)]).worked_out == ()


def test_unknowns_among_all_referrals() -> None:
    counted = rate(40, 97, "homeless-at-referral", unknown="[c]")
    assert told(audit([a_return("r", *YEAR, row(100), {**counted, "lost": "0", "out_of_scope": "0"})])) == {
        ("r", 1, "unknown", 1, True)
    }


def test_one_population_counted_under_two_protocols() -> None:
    """Releases are counted for an area. Referrals are counted under a protocol."""
    for measure, expected in (("mi014", {("a", 1, "numerator", 1, True)}), ("homeless-at-referral", set())):
        women = rate("[c]", 20, measure, group="women", group_set="sex")
        men = rate(57, 80, measure, group="men", group_set="sex")
        first = a_return("a", *YEAR, rate(60, 100, measure, rounded_to="5"), women)
        second = ReturnOf("b", "q", a_return("b", *YEAR, rate(60, 100, measure), men).outcome)
        assert {one for one in told(audit([first, second])) if one[4]} == expected


def test_a_larger_count_that_was_hidden_too() -> None:
    """Two marks whose sum is too large for small counts: one of them is not small, and nobody knows which."""
    women, men = row("[c]", group="women", group_set="sex"), row("[c]", group="men", group_set="sex")
    assert audit([a_return("r", *YEAR, row(40), women, men)]).worked_out == ()
    assert len(audit([a_return("r", *YEAR, row(8), women, men)]).worked_out) == 2


def test_the_largest_hidden_count_may_be_seven() -> None:
    women, men = row("[c]", group="women", group_set="sex"), row("[c]", group="men", group_set="sex")
    returns = [a_return("r", *YEAR, row(8), women, men)]
    assert audit(returns, hide_up_to=7).worked_out == ()


def test_no_message_gives_a_hidden_value() -> None:
    returns = [a_return(f"q{i}", *days, row("[c]" if i == 1 else 40)) for i, days in enumerate(QUARTERS)]
    for value in (1, 2, 3, 4):
        (one,) = audit([*returns, a_return("year", *YEAR, row(120 + value))]).worked_out
        assert f" {120 + value}" not in f"{one}"
        assert "40" not in f"{one}"


def test_exact_and_rounded() -> None:
    exact, rounded = rate(57, 80), rate(55, 80, rounded_to="5")
    found = audit([a_return("a", *YEAR, exact), ReturnOf("b", "q", a_return("b", *YEAR, rounded).outcome)])
    assert found.twice == (
        (Place("a", 0, "denominator"), Place("b", 0, "denominator")),
        (Place("a", 0, "numerator"), Place("b", 0, "numerator")),
    )


def test_many_returns_take_little_work() -> None:
    months = [(date(2015 + n // 12, 1 + n % 12, 1), n) for n in range(120)]
    returns = []
    for (start, n), (following, _) in zip(months, [*months[1:], (date(2025, 1, 1), 120)], strict=True):
        end = date.fromordinal(following.toordinal() - 1)
        rows = [
            row(50 + n % 7),
            row("[c]" if n % 5 == 0 else 20, group="a", group_set="s"),
            row(30, group="b", group_set="s"),
        ]
        returns.append(a_return(f"m{n}", f"{start}", f"{end}", *rows))
    years = [a_return(f"y{y}", f"{y}-01-01", f"{y}-12-31", row(600, rounded_to="5")) for y in range(2015, 2025)]
    audit([*returns, *years])
