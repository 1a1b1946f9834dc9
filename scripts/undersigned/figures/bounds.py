"""What a reader can know about hidden whole numbers from the sums that contain them: exact bounds, with bounded work.

Method: propagation of bounds over each sum until nothing moves, over the sums and over their reduced row echelon form;
then a search that either finds numbers for every unknown or proves that there are none. The search makes the bounds exact.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm

#: Larger than any count. A number without an upper bound has this one.
UNBOUNDED = 10**15
#: Sums of one group of numbers that are looked at in all; then the answer is "not known".
WORK = 60_000
#: Of a number with many values, the search tries one that is at most half of this above the least.
_NEAR = 8
#: Sums looked at for an example that may be hard to find.
_ONE_EXAMPLE = 3_000
#: A number that is always 1, for what is fixed in a combined sum.
_ONE = -1
#: With more unknowns or more sums than this, sums are not combined by elimination, which takes cubic time.
_ELIMINATED = 90


@dataclass(frozen=True)
class Sum:
    """`whole` is the sum of `parts`. `what`: the kind of sum, for words (`time`, `groups`, `areas`, `rate`, …)."""

    whole: int
    parts: tuple[int, ...]
    what: str = ""


@dataclass
class Known:
    """What is known about one number: it is from `low` to `high`.

    `by`: indices of the sums that set the bounds, the last first. `certain`: whether the bounds are exact; if not, the
    work was given up and the true ones may be narrower.
    """

    low: int
    high: int
    by: list[int] = field(default_factory=list)
    certain: bool = True

    @property
    def values(self) -> int:
        """How many values it can have."""
        return self.high - self.low + 1


class ContradictionError(Exception):
    """No numbers fit. `at`: the index of the sum where this showed, or None."""

    def __init__(self, at: int | None) -> None:
        super().__init__(at)
        self.at = at


class _GivenUpError(Exception):
    """The work has reached its limit."""


@dataclass(frozen=True)
class _Row:
    """The numbers times their factors add up to nought. `origin`: the index of the sum that it is, or None."""

    terms: tuple[tuple[int, int], ...]
    origin: int | None


def groups_of(count: int, sums: Sequence[Sum]) -> Iterator[tuple[list[int], list[int]]]:
    """Yields the numbers that hang together through sums, with the indices of these sums. Numbers in no sum are left out."""
    parent = list(range(count))

    def root(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for one in sums:
        for part in one.parts:
            parent[root(part)] = root(one.whole)
    numbers: dict[int, list[int]] = defaultdict(list)
    inside: dict[int, list[int]] = defaultdict(list)
    for index, one in enumerate(sums):
        inside[root(one.whole)].append(index)
    for number in range(count):
        if root(number) in inside:
            numbers[root(number)].append(number)
    for key in sorted(inside):
        yield numbers[key], inside[key]


class Bounds:
    """What follows from the bounds that are given for each number and from the sums between them.

    Raises ContradictionError if no numbers fit, as far as propagation shows it. `work`: sums looked at by all searches.
    """

    def __init__(self, given: Mapping[int, tuple[int, int]], sums: Sequence[Sum], work: int = WORK) -> None:
        self._left = work
        self._by: dict[int, list[int]] = defaultdict(list)
        self._rows = [
            _Row(_joined([(one.whole, -1), *((part, 1) for part in one.parts)]), index)
            for index, one in enumerate(sums)
        ]
        self._index()
        self._start = self._settled({**given, _ONE: (1, 1)}, None, note=True)
        own = len(self._rows)
        self._rows += _eliminated(self._rows, self._start)
        self._index()
        self._start = self._settled(self._start, None, note=True)
        del self._rows[own:]  # combined sums are long, and the search does without them
        self._index()

    @property
    def work_left(self) -> int:
        """How many more sums may be looked at."""
        return max(0, self._left)

    def known(self, number: int) -> Known:
        """What propagation shows of one number. The truth may be narrower."""
        return Known(*self._start[number], by=list(reversed(self._by[number])), certain=False)

    def exact(self, asked: Iterable[int], *, enough: int = 3) -> dict[int, Known]:
        """The exact bounds of each number asked for. Those of a number with at least `enough` values may be wider."""
        seen: dict[int, list[int]] = {number: [] for number in asked}
        for lowest in (True, False):  # two examples show most numbers at both ends
            self._try_all(seen, lowest)
        return {number: self._exact(number, seen, enough) for number in seen}

    def _try_all(self, seen: dict[int, list[int]], lowest: bool) -> None:
        before = self._left
        self._left = allowed = min(before, _ONE_EXAMPLE)
        try:
            example = self._example(self._start, None, dict.fromkeys(seen, lowest))
        except _GivenUpError:
            example = None
        self._left = before - allowed + max(0, self._left)
        if example is not None:
            for number, values in seen.items():
                values.append(example[number][0])

    def _exact(self, number: int, seen: dict[int, list[int]], enough: int) -> Known:
        known, values = self.known(number), seen[number]
        try:
            while known.values > 1 and (not values or max(values) - min(values) < enough - 1):
                if known.low not in values:
                    known.low += not self._fits(number, known.low, seen)
                elif known.high not in values:
                    known.high -= not self._fits(number, known.high, seen)
                else:
                    break
            known.certain = True
        except _GivenUpError:
            pass
        return known

    def possible(self) -> bool:
        """Whether some numbers fit. True if the work is given up."""
        try:
            return self._example(self._start, None) is not None
        except _GivenUpError:
            return True

    def _index(self) -> None:
        self._rows_of: dict[int, list[int]] = defaultdict(list)
        for index, row in enumerate(self._rows):
            for number, _ in row.terms:
                self._rows_of[number].append(index)

    def _fits(self, number: int, value: int, seen: dict[int, list[int]]) -> bool:
        """Whether the number can have this value. Notes the values of all numbers asked for in the example found."""
        example = self._example({**self._start, number: (value, value)}, number)
        if example is None:
            return False
        for other, values in seen.items():
            values.append(example[other][0])
        return True

    def _example(
        self, bounds: dict[int, tuple[int, int]], changed: int | None, first: Mapping[int, bool] | None = None
    ) -> dict[int, tuple[int, int]] | None:
        """Values for all numbers, or None if there are none.

        `first`: numbers that are tried first, at their least value if true and at their greatest otherwise.
        """
        first = first or {}
        open_: list[tuple[dict[int, tuple[int, int]], int | None]] = [(bounds, changed)]
        while open_:
            here, moved = open_.pop()
            try:
                here = self._settled(here, moved)
            except ContradictionError:
                continue
            unfixed = [
                (number not in first, high - low, number)
                for number, (low, high) in here.items()
                if low < high and self._rows_of[number]
            ]
            if not unfixed:
                return here
            _, _, number = min(unfixed)
            low, high = here[number]
            if number in first:
                value = low if first[number] else high
                rest = (low + 1, high) if first[number] else (low, high - 1)
                open_.append(({**here, number: rest}, number))
                open_.append(({**here, number: (value, value)}, number))
                continue
            middle = (low + min(high, low + _NEAR)) // 2  # the middle leaves room for the others on both sides
            if middle < high:
                open_.append(({**here, number: (middle + 1, high)}, number))
            if low < middle:
                open_.append(({**here, number: (low, middle - 1)}, number))
            open_.append(({**here, number: (middle, middle)}, number))
        return None

    def _settled(
        self, bounds: dict[int, tuple[int, int]], changed: int | None, *, note: bool = False
    ) -> dict[int, tuple[int, int]]:
        """The bounds after propagation. Raises ContradictionError, and _GivenUpError unless the first bounds are worked out."""
        bounds = dict(bounds)
        waiting = deque(range(len(self._rows)) if changed is None else self._rows_of[changed])
        queued = set(waiting)
        turns = 0
        while waiting:
            index = waiting.popleft()
            queued.discard(index)
            turns += 1
            if note:
                if turns > WORK:  # sound, but perhaps not as narrow as it could be
                    return bounds
            else:
                self._left -= 1
                if self._left < 0:
                    raise _GivenUpError
            row = self._rows[index]
            lowest = sum(factor * bounds[number][0 if factor > 0 else 1] for number, factor in row.terms)
            highest = sum(factor * bounds[number][1 if factor > 0 else 0] for number, factor in row.terms)
            if lowest > 0 or highest < 0:
                raise ContradictionError(row.origin)
            for number, factor in row.terms:
                low, high = bounds[number]
                if factor > 0:
                    most = (factor * low - lowest) // factor
                    least = -((highest - factor * high) // factor)
                else:
                    most = (highest - factor * low) // -factor
                    least = -((factor * high - lowest) // -factor)
                if least > low or most < min(high, UNBOUNDED // 2):
                    new = max(low, least), min(high, most) if most < UNBOUNDED // 2 else high
                    if new[0] > new[1]:
                        raise ContradictionError(row.origin)
                    if new == (low, high):
                        continue
                    bounds[number] = new
                    if note and row.origin is not None:
                        self._by[number].append(row.origin)
                    lowest += factor * (new[0] - low) if factor > 0 else factor * (new[1] - high)
                    highest += factor * (new[1] - high) if factor > 0 else factor * (new[0] - low)
                    for other in self._rows_of[number]:
                        if other not in queued:
                            queued.add(other)
                            waiting.append(other)
        return bounds


def _joined(terms: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    factors: dict[int, int] = defaultdict(int)
    for number, factor in terms:
        factors[number] += factor
    return tuple((number, factor) for number, factor in sorted(factors.items()) if factor)


def _eliminated(rows: Sequence[_Row], bounds: Mapping[int, tuple[int, int]]) -> list[_Row]:
    """The reduced row echelon form of the rows, in the numbers that are not yet fixed: what sums say together."""
    unknown = sorted({number for row in rows for number, _ in row.terms if bounds[number][0] < bounds[number][1]})
    if len(unknown) > _ELIMINATED or len(rows) > _ELIMINATED:
        return []
    table: list[dict[int, Fraction]] = []
    for row in rows:
        line: dict[int, Fraction] = defaultdict(Fraction)
        for number, factor in row.terms:
            if bounds[number][0] < bounds[number][1]:
                line[number] += factor
            else:
                line[_ONE] += factor * bounds[number][0]
        if any(number != _ONE for number in line):
            table.append({number: value for number, value in line.items() if value})
    done = 0
    for number in unknown:
        pivot = next((index for index in range(done, len(table)) if number in table[index]), None)
        if pivot is None:
            continue
        table[done], table[pivot] = table[pivot], table[done]
        by = table[done][number]
        lead = table[done] = {column: value / by for column, value in table[done].items()}
        for index, line in enumerate(table):
            if index != done and number in line:
                times = line[number]
                for column, value in lead.items():
                    left = line.get(column, Fraction(0)) - times * value
                    if left:
                        line[column] = left
                    else:
                        line.pop(column, None)
        done += 1
    return [_as_row(line) for line in table if line.keys() - {_ONE}]


def _as_row(line: Mapping[int, Fraction]) -> _Row:
    scale = lcm(*(value.denominator for value in line.values()))
    return _Row(tuple((number, int(line[number] * scale)) for number in sorted(line)), None)
