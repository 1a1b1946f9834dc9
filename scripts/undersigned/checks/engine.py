"""What a rule is, and how every rule is run over a register.

A rule is a code with its words and severity in `law/*.yaml` or `rules/*.yaml`, and a generator of findings in the module
beside that file. A module's rules run because it is in one of these folders and lists them in `RULES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib import import_module, resources
from pkgutil import iter_modules
from typing import Literal, Protocol

import yaml
from pydantic import BaseModel, ConfigDict

from undersigned.parallel import Watch, map_protocols
from undersigned.records.fields import Authored
from undersigned.records.findings import Finding, Place, Severity, Words, in_order
from undersigned.records.organisation import Organisation
from undersigned.records.reading import Record
from undersigned.records.source import KeyPath
from undersigned.records.version import Version
from undersigned.register import ProtocolFolder, Register
from undersigned.status import Signing, signed_on_paper

#: Where rules are, each module beside the rule file of the same name.
_FOLDERS = ("law", "rules")
#: `by-status`: error in signing and in-force, advice in draft and consultation, silent in superseded and withdrawn.
RuleSeverity = Literal["error", "warning", "advice", "by-status"]


class Rule(BaseModel):
    """One code: how severe it is, what it asks and why, an example of each, and its messages by variant."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    severity: RuleSeverity
    title: str
    asks: str
    why: str
    source: str
    good: str
    bad: str
    words: Mapping[str, Words] = {}
    #: Whether it applies only at some statuses. It is then silent if the status itself cannot be read.
    asks_status: bool = False


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by its code, in the order of the rule files."""
    found: dict[str, Rule] = {}
    for of_module in rules_by_module().values():
        if twice := found.keys() & of_module.keys():
            raise ValueError(f"defined twice: {', '.join(sorted(twice))}")
        found.update(of_module)
    return found


@cache
def rules_by_module() -> Mapping[str, Mapping[str, Rule]]:
    """The rules of each rule file, in its order, by the name that the file shares with its module.

    `shape` is the file of the reader of records, which finds its codes before any rule runs.
    """
    checks = resources.files("undersigned.checks")
    files = [file for folder in _FOLDERS for file in (checks / folder).iterdir() if file.name.endswith(".yaml")]
    files.append(resources.files("undersigned.records") / "shape.yaml")
    return {
        file.name.removesuffix(".yaml"): {
            code: Rule.model_validate(entry)
            for code, entry in yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader).items()
        }
        for file in sorted(files, key=lambda entry: entry.name)
    }


class RecordLike(Protocol):
    """What a finding needs of the record that it is about."""

    @property
    def path(self) -> str: ...
    def place(self, *path: str | int) -> Place: ...
    def key_place(self, *path: str | int) -> Place: ...
    def place_in(self, path: KeyPath, offset: int) -> Place: ...
    @property
    def clean(self) -> bool: ...
    def was_dropped(self, *path: str | int) -> bool: ...
    def lacks(self, *path: str | int) -> bool: ...


class Subject:
    """What a rule is given: the register, the day, and what it is about. Makes findings out of codes and facts."""

    #: Leaves out warnings and advice, whose places and words take longer than the rules themselves.
    errors_only = False

    def __init__(self, register: Register, *, as_of: date) -> None:
        self.register = register
        self.as_of = as_of

    def status_severity(self) -> Severity | None:
        """What `by-status` means here; None: say nothing."""
        return "error"

    @property
    def status_known(self) -> bool:
        """Whether the stage of life is known: not where the protocol's status does not read."""
        return True

    def find(
        self,
        code: str,
        record: RecordLike,
        path: KeyPath = (),
        *,
        words: str = "default",
        at: Place | None = None,
        on_key: bool = False,
        missing: str | None = None,
        cap: Severity | None = None,
        severity: Severity | None = None,
        **facts: object,
    ) -> Iterator[Finding]:
        """Yields one finding, or none where it would only repeat another.

        The place is the value at `path` (names and indices as in the typed record), or its key with `on_key`, or `at`
        if given. `missing` names a field whose absence at `path` is the fault: then the place is the mapping, and
        nothing is said if the absence follows from a fault already found. `cap` is the highest severity allowed;
        `severity` replaces the rule's own. `words` picks among the rule's messages.
        """
        rule = rules()[code]
        if (rule.asks_status or rule.severity == "by-status") and not self.status_known:
            return
        if missing is not None:
            if not record.lacks(*path, missing):
                return
        elif path and record.was_dropped(*path):
            return
        chosen: Severity | None = severity
        if chosen is None:
            chosen = self.status_severity() if rule.severity == "by-status" else rule.severity
        if chosen is None:
            return
        if cap is not None:
            chosen = _at_most(chosen, cap)
        if self.errors_only and chosen != "error":
            return
        place = at or (record.key_place(*path) if on_key else record.place(*path))
        message, hint = rule.words[words].filled(facts)
        yield Finding(record.path, place.line, place.column, code, chosen, message, hint)


def _at_most(severity: Severity, cap: Severity) -> Severity:
    order: tuple[Severity, ...] = ("advice", "warning", "error")
    return severity if order.index(severity) <= order.index(cap) else cap


class ProtocolSubject(Subject):
    """One protocol with all its records. Given to a rule only if `protocol.yaml` reads."""

    def __init__(self, register: Register, folder: ProtocolFolder, *, as_of: date) -> None:
        super().__init__(register, as_of=as_of)
        self.folder = folder
        self.record = folder.record
        self.protocol = folder.value.on(as_of)

    @cached_property
    def signing(self) -> Signing:
        return Signing(self.folder, self.register, as_of=self.as_of)

    @property
    def status_known(self) -> bool:
        return not self.record.was_dropped("status")

    @property
    def is_live(self) -> bool:
        """Whether it is in force or out for signature."""
        return self.protocol.status in ("signing", "in-force")

    @cached_property
    def on_paper(self) -> tuple[str, Version] | None:
        """The newest version if its words are on paper and not entered here, and so is the whole text."""
        if self.record.was_dropped("flows") or self.record.was_dropped("clauses"):
            return None
        return signed_on_paper(self.folder, as_of=self.as_of)

    @property
    def has_text(self) -> bool:
        """Whether there is an operative text to ask anything of.

        There is none in a restricted record without it, and none of an agreement whose words are only on paper.
        """
        protocol = self.protocol
        if self.on_paper is not None:
            return False
        return protocol.publication != "restricted" or bool(protocol.flows or protocol.clauses or protocol.purpose)

    def status_severity(self) -> Severity | None:
        if not self.has_text:
            return None
        match self.protocol.status:
            case "signing" | "in-force":
                return "error"
            case "draft" | "consultation":
                return "advice"
            case _:
                return None

    def organisation(self, id_: str) -> Organisation | None:
        """The organisation if it exists and reads; an unknown one is another rule's business."""
        record = self.register.organisation(id_)
        return None if record is None else record.value


class OrganisationSubject(Subject):
    """One organisation's own record, which reads."""

    def __init__(self, register: Register, id_: str, record: Record[Organisation], *, as_of: date) -> None:
        super().__init__(register, as_of=as_of)
        self.id = id_
        self.record = record
        if record.value is None:
            raise ValueError(f"{id_} does not read")
        self.organisation = record.value


@dataclass(frozen=True, slots=True)
class Observation:
    """A fact of one protocol that a rule over the whole register compares: plain text, so that it can be passed on."""

    kind: str
    key: str
    protocol: str
    path: str


#: The kind of observation of a protocol that could not be read, so that others are not blamed for what it may say.
UNREADABLE = "unreadable"


class RegisterSubject(Subject):
    """The register as a whole, for what no single protocol shows."""

    def __init__(self, register: Register, observations: tuple[Observation, ...], *, as_of: date) -> None:
        super().__init__(register, as_of=as_of)
        self.observations = observations


@dataclass(frozen=True)
class RuleSet:
    """The functions of one module: rules on a protocol, an organisation or the register, and what the last compare."""

    protocol: tuple[Callable[[ProtocolSubject], Iterator[Finding]], ...] = ()
    organisation: tuple[Callable[[OrganisationSubject], Iterator[Finding]], ...] = ()
    observe: tuple[Callable[[ProtocolSubject], Iterator[Observation]], ...] = ()
    register: tuple[Callable[[RegisterSubject], Iterator[Finding]], ...] = ()


def all_parts(folder: ProtocolFolder) -> Iterator[Record[Authored]]:
    """Every record of a protocol that reads."""
    return (record for record in folder.records() if record.value is not None)


# -- running every rule ---------------------------------------------------------------------------------------------


@cache
def rule_sets() -> tuple[RuleSet, ...]:
    """The rules of every module in `law` and `rules`. Imported when first asked for, because each imports this module."""
    found: list[RuleSet] = []
    for folder in _FOLDERS:
        package = import_module(f"undersigned.checks.{folder}")
        for entry in iter_modules(package.__path__):
            module = import_module(f"{package.__name__}.{entry.name}")
            if isinstance(rule_set := getattr(module, "RULES", None), RuleSet):
                found.append(rule_set)
    return tuple(found)


_Part = tuple[list[Finding], list[Observation], int]


def check_register(
    register: Register, *, as_of: date, processes: int = 1, watch: Watch | None = None
) -> tuple[list[Finding], int]:
    """Every finding of every rule, in order, and the number of signature entries in the register.

    The answer is the same for any number of processes.
    """
    findings = list(register.findings)
    for id_ in register.organisation_ids:
        findings.extend(check_organisation(register, id_, as_of=as_of))
    observations: list[Observation] = []
    signatures_count = 0
    for found, observed, counted in map_protocols(
        check_protocols, register, as_of=as_of, processes=processes, watch=watch
    ):
        findings.extend(found)
        observations.extend(observed)
        signatures_count += counted
    findings.extend(check_root_records(register, tuple(sorted(observations, key=_observation_order)), as_of=as_of))
    return in_order(findings), signatures_count


def check_root_records(
    register: Register, observations: tuple[Observation, ...] = (), *, as_of: date
) -> Iterator[Finding]:
    """What is wrong with the records that belong to no protocol and no organisation, and what no single record shows.

    `observations`: of every protocol. Without them nothing is found that only a comparison of protocols shows.
    """
    for record in register.root_records():
        yield from record.findings
    whole = RegisterSubject(register, observations, as_of=as_of)
    for rules_of_module in rule_sets():
        for rule in rules_of_module.register:
            yield from rule(whole)


def check_organisation(register: Register, id_: str, *, as_of: date) -> list[Finding]:
    """What is wrong with one organisation's own record."""
    record = register.organisation(id_)
    if record is None:
        return []
    findings = list(record.findings)
    if record.value is not None:
        subject = OrganisationSubject(register, id_, record, as_of=as_of)
        for rules_of_module in rule_sets():
            for rule in rules_of_module.organisation:
                findings.extend(rule(subject))
    return findings


def check_protocols(register: Register, ids: Iterable[str], as_of: date, *, errors_only: bool = False) -> _Part:
    """What is wrong with these protocols and the signing records for them, what is to be compared, and how many
    signature entries they hold."""
    findings: list[Finding] = []
    observations: list[Observation] = []
    counted = 0
    for id_ in ids:
        folder = register.protocol(id_)
        if folder is None:
            continue
        counted += register.count_signatures(folder)
        findings.extend(folder.findings)
        for record in folder.records():
            findings.extend(record.findings)
        if folder.readable:
            subject = ProtocolSubject(register, folder, as_of=as_of)
            subject.errors_only = errors_only
            for rules_of_module in rule_sets():
                for rule in rules_of_module.protocol:
                    findings.extend(rule(subject))
                for observe in rules_of_module.observe:
                    observations.extend(observe(subject))
        else:
            observations.append(Observation(UNREADABLE, "", id_, folder.record.path))
        register.forget(id_)
    return findings, observations, counted


def _observation_order(observation: Observation) -> tuple[str, str, str, str]:
    return observation.kind, observation.key, observation.protocol, observation.path
