"""Which hidden counts of people can be worked out from other returns of the register.

Design: every count of people is a number, keyed by what is counted, area, group, days and figure. Sums between them are
those that a reader knows: groups that are complete together, periods that fill a longer one, areas that fill a wider one,
and the parts of a rate. A count marked `[c]` is from 1 to the largest hidden count unless sums show that it is larger; a
figure rounded to 5 is within 2 of the truth.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from undersigned.figures.bounds import UNBOUNDED, Bounds, ContradictionError, Known, Sum, groups_of
from undersigned.records.fields import MONTHS, Month
from undersigned.records.outcome import SMALLEST_SHOWN, Outcome, Point, Result
from undersigned.records.vocabulary import OutcomeMeasure, vocabulary
from undersigned.words.dates import date_in_words

#: The mark of a count that is held back (Analysis Function, "Using symbols in tables").
HIDDEN = "[c]"
#: The figures of a result that count people.
FIGURES = ("count", "numerator", "denominator", "unknown", "lost", "out_of_scope")
#: The figures of a point of a cohort.
POINT_FIGURES = ("numerator", "denominator", "unknown", "ended")
#: Points at which everybody in an area is counted, under whichever protocol the return is made.
_OF_THE_AREA = frozenset({"release", "disposal", "end"})
#: Groups that are known to be complete together, whether or not a return says so.
_SEXES = (frozenset({"women", "men"}), frozenset({"female", "male"}), frozenset({"females", "males"}))
#: Sums looked at for one set of figures that hang together, and for all of them.
_WORK, _ALL_WORK = 20_000, 1_500_000


@dataclass(frozen=True)
class ReturnOf:
    """One return: its file, the protocol that it is made under, and what it says."""

    path: str
    protocol: str
    outcome: Outcome


@dataclass(frozen=True, order=True)
class Place:
    """One figure of a return: the file, the number of the result (or of the point of a cohort) and the name of the figure."""

    path: str
    index: int
    field: str
    part: Literal["results", "points", "cohort"] = "results"

    @property
    def in_record(self) -> tuple[str | int, ...]:
        """Its path in the record."""
        return (self.part, self.field) if self.part == "cohort" else (self.part, self.index, self.field)


@dataclass(frozen=True)
class WorkedOut:
    """A count that a reader can work out. `values`: 1, or 2 if it is one of two.

    `at`: the hidden figure, or, for a count that no return gives (`hidden` false), the newest figure that reveals it.
    `subject`: whose count it is, in words. `ways`: the sums, in words, without any figure.
    """

    at: Place
    hidden: bool
    values: int
    subject: str
    ways: tuple[str, ...]


#: Why a hidden figure was not checked: the figures around it do not agree, or are too many.
Reason = Literal["disagree", "many"]


@dataclass(frozen=True)
class Audit:
    """What the audit found. `unchecked`: hidden figures that were not checked. `twice`: an exact figure, and the same
    figure rounded elsewhere."""

    worked_out: tuple[WorkedOut, ...]
    unchecked: tuple[tuple[Place, Reason], ...]
    twice: tuple[tuple[Place, Place], ...]


def audit(
    returns: Iterable[ReturnOf],
    *,
    areas: Mapping[str, Sequence[str]] | None = None,
    hide_up_to: int = SMALLEST_SHOWN - 1,
) -> Audit:
    """Audits all returns of a register. `areas`: for an area, the areas that it consists of."""
    areas = areas or {}
    families: dict[tuple[object, ...], list[_Cell]] = defaultdict(list)
    top = _tops(areas)
    for one in returns:
        for cell in (*_cells_of(one, hide_up_to), *_cells_of_cohort(one, hide_up_to)):
            families[*cell.family, top.get(cell.area, cell.area)].append(cell)
    found: list[WorkedOut] = []
    unchecked: list[tuple[Place, Reason]] = []
    twice: list[tuple[Place, Place]] = []
    left = _ALL_WORK
    for _, cells in sorted(families.items(), key=lambda pair: str(pair[0])):
        if any(cell.hidden or cell.exact for cell in cells):
            family = _Family(cells, areas, hide_up_to)
            twice.extend(family.twice())
            left -= family.audit(found, unchecked, left)
    return Audit(tuple(sorted(found, key=lambda one: one.at)), tuple(sorted(unchecked)), tuple(sorted(twice)))


def _tops(areas: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """For each area that is part of another or has parts, one name for all the areas connected with it."""
    names: dict[str, str] = {}
    for whole, parts in sorted(areas.items()):
        together = {whole, *parts}
        together |= {name for name, top in names.items() if top in {names[area] for area in together if area in names}}
        names.update(dict.fromkeys(together, min(together)))
    return names


# -- what the returns publish ---------------------------------------------------------------------------------------

_Days = tuple[date, date]
#: Group, area, figure and days. The group is "" for everybody; a group that begins with "not " is everybody else.
_Key = tuple[str, str, str, _Days]


@dataclass(frozen=True)
class _Cell:
    """One published figure."""

    family: tuple[object, ...]
    place: Place
    group: str
    set: str | None
    area: str
    role: str
    days: _Days
    low: int
    high: int
    hidden: bool
    made_on: date

    @property
    def exact(self) -> bool:
        return self.low == self.high

    @property
    def key(self) -> _Key:
        return self.group, self.area, self.role, self.days


def _cells_of(one: ReturnOf, hide_up_to: int) -> Iterable[_Cell]:
    outcome, period = one.outcome, one.outcome.period
    if period.from_ > period.to:
        return
    days = period.from_, period.to + timedelta(days=1)
    for index, result in enumerate(outcome.results):
        measure = vocabulary().outcome_measures.get(result.measure)
        if measure is None or measure.of != "people" or measure.kind not in ("count", "rate"):
            continue
        for name in FIGURES:
            value = getattr(result, name)
            if value is None:
                continue
            low, high = _bounds_of(value, result.rounded_to or 1, hide_up_to)
            family, role = _family_of(one, result, measure, name)
            yield _Cell(
                family,
                Place(one.path, index, name),
                (result.group or "").strip().casefold(),
                getattr(result, "group_set", None),
                outcome.area or "",
                role,
                days,
                low,
                high,
                value == HIDDEN,
                outcome.extracted_on or period.to,
            )


def _cells_of_cohort(one: ReturnOf, hide_up_to: int) -> Iterable[_Cell]:
    """The size of a cohort and what was known of it at each point.

    A cohort says nothing of rounding: if all its figures are multiples of 5, they are taken to be rounded.
    """
    outcome, cohort = one.outcome, one.outcome.cohort
    if cohort is None or cohort.began.from_ > cohort.began.to:
        return
    days = cohort.began.from_, cohort.began.to + timedelta(days=1)
    figures: list[tuple[Place, str, int | str]] = []
    if cohort.size is not None:
        figures.append((Place(one.path, 0, "size", "cohort"), "size", cohort.size))
    for index, point in enumerate(outcome.points):
        for name in POINT_FIGURES:
            value = getattr(point, name)
            if value is not None:
                figures.append((Place(one.path, index, name, "points"), f"{name} at {point_in_words(point)}", value))
    rounded_to = 5 if all(isinstance(value, str) or value % 5 == 0 for _, _, value in figures) else 1
    for place, role, value in figures:
        low, high = _bounds_of(value, rounded_to, hide_up_to)
        family = ("", "cohort", one.protocol, cohort.of)
        made_on = outcome.extracted_on or outcome.period.to
        yield _Cell(family, place, "", None, outcome.area or "", role, days, low, high, value == HIDDEN, made_on)


def point_in_words(point: Point) -> str:
    """`3 months`, `6 weeks` or `the start`, with the measure."""
    when = (
        f"{point.after_months} months"
        if point.after_months
        else f"{point.after_weeks} weeks"
        if point.after_weeks
        else "the start"
    )
    return f"{when} ({point.measure})"


def _bounds_of(value: int | str, rounded_to: int, hide_up_to: int) -> tuple[int, int]:
    if value == HIDDEN:
        return 1, hide_up_to
    if isinstance(value, str):
        return 0, UNBOUNDED
    return max(0, value - rounded_to // 2), value + rounded_to // 2


def _family_of(one: ReturnOf, result: Result, measure: OutcomeMeasure, name: str) -> tuple[tuple[object, ...], str]:
    """What figures must share to be in one sum, and the part that this figure has in it.

    All referrals are the whole of which a rate at referral leaves out what is unknown.
    """
    owner = "" if _OF_THE_AREA & {*measure.points, result.point} else one.protocol
    what, role = result.measure, name
    if measure.points == ("referral",):
        what, role = "at referral", "all" if name == "count" else name
    series = result.series or _running(measure, one.outcome)
    months = result.follow_up_months if result.follow_up_months is not None else measure.follow_up_months
    point = result.point or next(iter(measure.points), None)
    return (owner, what, series, point, months), role


def _running(measure: OutcomeMeasure, outcome: Outcome) -> str | None:
    """The only series of a measure that ran in the period, if there is just one."""
    start, end = outcome.period.from_, outcome.period.to
    running = [
        series.id
        for series in measure.series
        if (series.from_ is None or series.from_ <= end) and (series.to is None or series.to >= start)
    ]
    return running[0] if len(running) == 1 else None


# -- the sums between them ------------------------------------------------------------------------------------------


@dataclass
class _Family:
    """The figures that can be in one sum, and the numbers and sums that a reader can make of them."""

    cells: list[_Cell]
    areas: Mapping[str, Sequence[str]]
    hide_up_to: int
    _numbers: dict[_Key, int] = field(default_factory=dict)
    _given: dict[int, tuple[int, int]] = field(default_factory=dict)
    _published: dict[int, list[_Cell]] = field(default_factory=lambda: defaultdict(list))
    _sums: dict[Sum, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        bounds = sorted({day for cell in self.cells for day in cell.days})
        self._pieces = list(pairwise(bounds))
        self._roles = sorted({cell.role for cell in self.cells})
        for cell in self.cells:
            number = self._number(cell.key)
            others = [*self._published[number], cell]
            if max(one.low for one in others) > min(one.high for one in others):
                number = self._alone()  # two returns differ: they do not count the same
            self._published[number].append(cell)
        for number, cells in self._published.items():
            shown = [cell for cell in cells if not cell.hidden]
            low, high = max((cell.low for cell in shown), default=0), min((c.high for c in shown), default=UNBOUNDED)
            self._given[number] = low, high
        self._rates()
        self._cohorts()
        self._groups()
        self._areas_in_areas()
        self._times()

    def _number(self, key: _Key) -> int:
        if key not in self._numbers:
            self._numbers[key] = len(self._given)
            self._given[self._numbers[key]] = 0, UNBOUNDED
        return self._numbers[key]

    def _alone(self) -> int:
        self._given[len(self._given)] = 0, UNBOUNDED
        return len(self._given) - 1

    def _add(self, whole: _Key, parts: Iterable[_Key], what: str) -> None:
        self._sums[Sum(self._number(whole), tuple(self._number(part) for part in parts), what)] = None

    def _within(self, days: _Days) -> list[_Days]:
        """A period, and the pieces of it that other periods begin or end in."""
        pieces = [piece for piece in self._pieces if days[0] <= piece[0] and piece[1] <= days[1]]
        return [days, *pieces] if len(pieces) > 1 else [days]

    def _rates(self) -> None:
        rated = {(c.group, c.area, c.days) for c in self.cells if c.role in ("numerator", "denominator")}
        for group, area, period in sorted(rated):
            for days in self._within(period):
                whole = (group, area, "denominator", days)
                self._add(whole, [(group, area, role, days) for role in ("numerator", "rest")], "rate")
                if "all" in self._roles:
                    parts = [(group, area, role, days) for role in ("denominator", "unknown", "lost", "out_of_scope")]
                    self._add((group, area, "all", days), parts, "all")

    def _cohorts(self) -> None:
        for area, days in sorted({(cell.area, cell.days) for cell in self.cells if cell.role == "size"}):
            points = sorted({cell.role.partition(" at ")[2] for cell in self.cells} - {""})
            for point in points:
                known, yes, no, unknown, ended = (
                    ("", area, f"{name} at {point}", days)
                    for name in ("denominator", "numerator", "rest", "unknown", "ended")
                )
                self._add(("", area, "size", days), [known, unknown, ended], "cohort")
                self._add(known, [yes, no], "rate")

    def _groups(self) -> None:
        here: dict[tuple[str, _Days], list[_Cell]] = defaultdict(list)
        for cell in self.cells:
            here[cell.area, cell.days].append(cell)
        for (area, period), cells in sorted(here.items()):
            complete = self._complete(cells)
            for members in complete:
                for days in self._within(period):
                    for role in self._roles:
                        self._add(("", area, role, days), [(group, area, role, days) for group in members], "groups")
            present = {(cell.group, cell.role) for cell in cells}
            inside = {group for members in complete for group in members}
            for group, role in sorted(present):
                if group and group not in inside and ("", role) in present:
                    whole, part = ("", area, role, period), (group, area, role, period)
                    self._add(whole, [part, (f"not {group}", area, role, period)], "group")

    def _complete(self, cells: Sequence[_Cell]) -> list[tuple[str, ...]]:
        """The sets of groups that make up everybody, in the returns for one area and period."""
        sets: dict[str, set[str]] = defaultdict(set)
        plain: set[str] = set()
        for cell in cells:
            if cell.group and cell.set:
                sets[cell.set].add(cell.group)
            elif cell.group:
                plain.add(cell.group)
        found = [tuple(sorted(groups)) for groups in sets.values() if len(groups) > 1]
        if len(plain) > 1 and (plain in _SEXES or self._adds_up(cells, plain)):
            found.append(tuple(sorted(plain)))
        return sorted(found)

    def _adds_up(self, cells: Sequence[_Cell], groups: set[str]) -> bool:
        """Whether exact figures show that the groups make up everybody."""
        exact = {(cell.group, cell.role): cell.low for cell in cells if cell.exact}
        for role in self._roles:
            parts = [exact.get((group, role)) for group in groups]
            known = [part for part in parts if part is not None]
            if len(known) == len(parts) and exact.get(("", role)) == sum(known) > 0:
                return True
        return False

    def _areas_in_areas(self) -> None:
        here = {cell.area for cell in self.cells}
        for whole, parts in sorted(self.areas.items()):
            if whole in here and here & set(parts):
                touched = {(c.group, c.role, c.days) for c in self.cells if c.area == whole or c.area in parts}
                for group, role, period in sorted(touched):
                    for days in self._within(period):
                        self._add((group, whole, role, days), [(group, part, role, days) for part in parts], "areas")

    def _times(self) -> None:
        periods = sorted({cell.days for cell in self.cells})
        by_what: dict[tuple[str, str, str], set[_Days]] = defaultdict(set)
        for group, area, role, days in self._numbers:
            by_what[group, area, role].add(days)
        for (group, area, role), by_days in sorted(by_what.items()):
            for days in sorted(by_days):
                pieces = self._within(days)[1:]
                if pieces:
                    self._add((group, area, role, days), [(group, area, role, piece) for piece in pieces], "time")
                    chain = _chain(days, [period for period in periods if period in by_days])
                    if chain:
                        self._add((group, area, role, days), [(group, area, role, part) for part in chain], "time")

    # -- what they reveal -------------------------------------------------------------------------------------------

    def twice(self) -> Iterable[tuple[Place, Place]]:
        """Each exact figure that is also given rounded."""
        for cells in self._published.values():
            exact = [cell for cell in cells if cell.exact and not cell.hidden]
            rounded = [cell for cell in cells if not cell.exact and not cell.hidden and cell.high < UNBOUNDED]
            yield from ((one.place, rounded[0].place) for one in exact if rounded)

    def audit(self, found: list[WorkedOut], unchecked: list[tuple[Place, Reason]], left: int) -> int:
        """Adds what a reader can work out. Returns the work that was done."""
        sums = [one for one in self._sums if self._holds(one)]
        used = 0
        for numbers, indices in groups_of(len(self._given), sums):
            hidden = [number for number in numbers if any(cell.hidden for cell in self._published.get(number, ()))]
            work = min(_WORK, max(0, left - used))
            component = _Component({n: self._given[n] for n in numbers}, [sums[i] for i in indices], hidden)
            bounds = component.bounds(self.hide_up_to, work)
            if bounds is None:
                unchecked.extend((place, "disagree") for number in hidden for place in self._places(number))
                continue
            known = bounds.exact(hidden)
            used += work - bounds.work_left
            for number in hidden:
                if known[number].values < 3:
                    for place in self._places(number):
                        ways = self._ways(number, known[number], component, bounds)
                        found.append(WorkedOut(place, True, known[number].values, self._subject(number), ways))
                elif not known[number].certain:
                    unchecked.extend((place, "many") for place in self._places(number))
            found.extend(self._unsaid(numbers, component, bounds))
        return used

    def _holds(self, one: Sum) -> bool:
        """Whether a sum can be true of what is published. Figures that were counted apart need not add up."""
        low, high = self._given[one.whole]
        least = sum(self._given[part][0] for part in one.parts)
        most = sum(self._given[part][1] for part in one.parts)
        hidden = any(cell.hidden for number in (one.whole, *one.parts) for cell in self._published.get(number, ()))
        return hidden or (least <= high and most >= low)

    def _places(self, number: int) -> list[Place]:
        return [cell.place for cell in self._published[number] if cell.hidden]

    def _unsaid(self, numbers: Sequence[int], component: _Component, bounds: Bounds) -> Iterable[WorkedOut]:
        """Small counts that no return gives and that exact figures reveal all the same."""
        reported: set[Place] = set()
        for number in numbers:
            known = bounds.known(number)
            if number in self._published or known.values != 1 or not 0 < known.low <= self.hide_up_to or not known.by:
                continue
            deciding = component.sums[known.by[0]]
            others = [n for n in (deciding.whole, *deciding.parts) if n != number]
            cells = [cell for n in others for cell in self._published.get(n, ())]
            if any(cell.hidden for cell in cells) or len(cells) < len(others):
                continue
            if (
                deciding.what == "rate"
                and len({(cell.place.path, cell.place.part, cell.place.index) for cell in cells}) == 1
            ):
                continue  # the rule on one return says so
            newest = max(cells, key=lambda cell: (cell.made_on, cell.place))
            if newest.place not in reported:
                reported.add(newest.place)
                ways = self._ways(number, known, component, bounds)
                yield WorkedOut(newest.place, False, 1, self._subject(number), ways)

    # -- in words ---------------------------------------------------------------------------------------------------

    def _ways(self, number: int, known: Known, component: _Component, bounds: Bounds) -> tuple[str, ...]:
        """The sums that give the number, each once, three at most."""
        if not known.by:
            return ("several sums together",)
        ways: list[str] = []
        waiting, seen = [number], {number}
        while waiting and len(ways) < 3:
            here = waiting.pop(0)
            by = bounds.known(here).by
            if not by:
                continue
            deciding = component.sums[by[0]]
            words = self._in_words(deciding, here)
            ways.append(words if here == number else f"{self._subject(here)} from {words}")
            for other in (deciding.whole, *deciding.parts):
                if other not in seen and all(cell.hidden for cell in self._published.get(other, ())):
                    seen.add(other)
                    waiting.append(other)
        return tuple(dict.fromkeys(ways))

    def _key(self, number: int) -> _Key:
        """The key of a number that is in a sum."""
        return next(key for key, value in self._numbers.items() if value == number)

    def _subject(self, number: int) -> str:
        group, area, role, days = self._key(number)
        who = f"everybody except {group[4:]}" if group.startswith("not ") else group or "everybody"
        what = {"rest": "not in the numerator", "out_of_scope": "out of scope", "all": "", "count": ""}.get(role, role)
        return ", ".join(part for part in (who, area, what, _period(days)) if part)

    def _in_words(self, one: Sum, number: int) -> str:
        whole, part = self._key(one.whole), number != one.whole
        match one.what:
            case "time" if part:
                others = len(one.parts) - 1
                return f"{_period(whole[3])} less the other {'period' if others == 1 else f'{others} periods'} in it"
            case "time":
                return "the periods in it added up"
            case "groups" if part:
                return "the figure for everybody less the other groups"
            case "groups":
                return "the groups added up"
            case "group":
                return "the figure for everybody less this group" if part else "the group and everybody else added up"
            case "areas" if part:
                return f"the figure for {whole[1]} less its other areas"
            case "areas":
                return "the areas in it added up"
            case "cohort":
                return "the size of the cohort less the other counts" if part else "the counts of a point added up"
            case "rate":
                return "the denominator less the numerator" if part else "the numerator and the rest added up"
            case _:
                return "all less the other counts" if part else "its counts added up"


def _period(days: _Days) -> str:
    """`April to June 2026` for whole months, else from day to day."""
    start, last = days[0], days[1] - timedelta(days=1)
    if start.day != 1 or days[1].day != 1:
        return f"{date_in_words(start)} to {date_in_words(last)}"
    first, end = Month(start.year, start.month), Month(last.year, last.month)
    if first == end:
        return date_in_words(first)
    return f"{MONTHS[start.month - 1] if start.year == last.year else date_in_words(first)} to {date_in_words(end)}"


def _chain(days: _Days, periods: Sequence[_Days]) -> list[_Days] | None:
    """Shorter periods that fill this one without a gap, the longest first at each step; None if there are none."""
    found: list[_Days] = []
    at = days[0]
    while at < days[1]:
        ends = [end for start, end in periods if start == at and end <= days[1] and (start, end) != days]
        if not ends:
            return None
        found.append((at, max(ends)))
        at = max(ends)
    return found


@dataclass
class _Component:
    """Numbers linked by sums."""

    given: dict[int, tuple[int, int]]
    sums: list[Sum]
    hidden: list[int]

    def bounds(self, hide_up_to: int, work: int) -> Bounds | None:
        """What a reader knows; None if the figures contradict each other.

        A mark is read as a count from 1 to `hide_up_to` wherever it can be. Where sums show that a larger count was
        hidden with a small one, as few marks as possible are read as a count of any size.
        """
        narrow = self._small_ones(hide_up_to)
        least = 1  # nought may be shown, so that a mark is hardly ever nought
        while True:
            try:
                found = Bounds(self._read_as(narrow, hide_up_to, least), self.sums, work)
                if not narrow or found.possible():
                    return found
                narrow = set()
            except ContradictionError as contradiction:
                if narrow:
                    narrow -= self._nearest(contradiction.at, narrow)
                elif least:
                    least = 0
                else:
                    return None

    def _read_as(self, narrow: set[int], hide_up_to: int, least: int) -> dict[int, tuple[int, int]]:
        given = dict(self.given)
        for number in self.hidden:
            low, high = given[number]
            given[number] = (max(low, 1), min(high, hide_up_to)) if number in narrow else (max(low, least), high)
        return given

    def _small_ones(self, hide_up_to: int) -> set[int]:
        """The marks that are left after those that are in the most sums that would otherwise be too large."""
        narrow = set(self.hidden)
        while narrow:
            given = self._read_as(narrow, hide_up_to, 1)
            wrong: Counter[int] = Counter()
            for one in self.sums:
                low, high = given[one.whole]
                inside = narrow & {one.whole, *one.parts}
                if inside and (
                    sum(given[part][1] for part in one.parts) < low or sum(given[part][0] for part in one.parts) > high
                ):
                    wrong.update(inside)
            if not wrong:
                break
            most = max(wrong.values())
            narrow -= {number for number, times in wrong.items() if times == most}
        return narrow

    def _nearest(self, at: int | None, narrow: set[int]) -> set[int]:
        """The marks nearest to a sum that cannot be true, or all of them."""
        if at is None:
            return set(narrow)
        reached, near = {at}, {self.sums[at].whole, *self.sums[at].parts}
        while not near & narrow and len(reached) < len(self.sums):
            more = {i for i, one in enumerate(self.sums) if i not in reached and near & {one.whole, *one.parts}}
            if not more:
                return set(narrow)
            reached |= more
            near |= {number for i in more for number in (self.sums[i].whole, *self.sums[i].parts)}
        return near & narrow or set(narrow)
