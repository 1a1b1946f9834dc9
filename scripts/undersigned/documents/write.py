"""Writes the documents of each protocol to files, each whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

from undersigned.atomic import write_atomically
from undersigned.cache import DocumentCache
from undersigned.documents.bases import (
    NOMINATION,
    Base,
    Sheet,
    agreement_sheet,
    annex_sheet,
    base_of,
    dpia_sheet,
    form_sheet,
    paper_sheets,
    people_sheet,
)
from undersigned.documents.content.agreement import ANNEX, agreement_document, has_annex
from undersigned.documents.content.dpo import FORM as DPIA
from undersigned.documents.content.first_page import epoch_of
from undersigned.documents.content.forms import form_document
from undersigned.documents.content.letter import in_words
from undersigned.documents.docx.docx import docx_of
from undersigned.documents.model import DocumentError
from undersigned.documents.packs import notices_of, packs_of
from undersigned.documents.pdf.setting import pdf_of
from undersigned.facts.agreement import SIGNABLE, Agreement, agreements_to_print, sender_of
from undersigned.facts.letter import Letters, Standing
from undersigned.facts.protocol import ProtocolFacts
from undersigned.parallel import WorkerError, map_as_done
from undersigned.records.form import Form
from undersigned.register import ProtocolFolder, Register
from undersigned.status import newest_version

#: Seconds for all documents of one protocol.
TIME_LIMIT: Final = 300.0


@dataclass(frozen=True)
class Copies:
    """The packs to write: those of some organisations by present id, or those of every party (None), as far as they owe a
    signature. A party that owes none gets a notice of each version to which its signature carries.

    `nomination`: the form that goes with them if the protocol annexes none of that name. `all_masters`: whether a protocol
    that none of the organisations signs is written too.
    """

    nomination: Form
    organisations: frozenset[str] | None = None
    all_masters: bool = True


@dataclass(frozen=True)
class Written:
    """What was written, and what was not.

    `names`: the paths of the files in order. `failures`: the documents that could not be made. `organisations`: those that
    copies were made for. `not_owed`: for each party that copies were asked for and that has nothing to sign, its protocol,
    its id and the reason. `unsigned`: protocols of which copies were asked for and that nobody is asked to sign.
    `restricted`: protocols that were left out because they are restricted. `unread`: paths of records with faults, whose
    protocols were left out.
    """

    names: tuple[str, ...] = ()
    failures: tuple[DocumentError, ...] = ()
    organisations: frozenset[str] = frozenset()
    not_owed: tuple[tuple[str, str, str], ...] = ()
    unsigned: tuple[str, ...] = ()
    restricted: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[Path, ...]:
        """Built when asked for: hundreds of thousands of paths fill more memory than their names."""
        return tuple(map(Path, self.names))


def render_pdf(agreement: Agreement) -> bytes:
    """The signable master as PDF/UA-1 and PDF/A-2a. DocumentError if it cannot be made."""
    return pdf_of(agreement_document(agreement), epoch=epoch_of(agreement.dated))


def render_docx(agreement: Agreement) -> bytes:
    """The signable master as DOCX with content controls. DocumentError if it cannot be made."""
    return docx_of(agreement_document(agreement), epoch=epoch_of(agreement.dated))


def render_form_pdf(form_id: str, form: Form, agreement: Agreement) -> bytes:
    """A standard form or letter of the agreement as PDF to fill in. DocumentError if it cannot be made."""
    return pdf_of(form_document(form_id, form, agreement), epoch=epoch_of(agreement.dated))


def render_form_docx(form_id: str, form: Form, agreement: Agreement) -> bytes:
    """A standard form or letter of the agreement as DOCX to fill in. DocumentError if it cannot be made."""
    return docx_of(form_document(form_id, form, agreement), epoch=epoch_of(agreement.dated))


def write_documents(
    register: Register,
    protocols: Iterable[str],
    output_dir: Path,
    *,
    as_of: date,
    public_only: bool,
    forms: bool = True,
    dpia: bool = False,
    papers: Mapping[str, Form] | None = None,
    copies: Copies | None = None,
    register_address: str = "",
    cache: DocumentCache | None = None,
    processes: int = 0,
    time_limit: float = TIME_LIMIT,
    watch: Callable[[int, int], None] | None = None,
) -> Written:
    """Writes `<output>/<protocol>/<protocol>-v<version>.pdf` and `.docx` (a draft: `-draft`), and `<form>.pdf` and `.docx`,
    `<protocol>-for-people.pdf` and `.docx` where it is out for signature or in force and has a page for people,
    with `dpia` `dpia-draft.pdf` and `.docx`, and with `papers` (standard forms by id) every working paper of a data
    protection officer, each `<paper>-draft.pdf` and `.docx`;
    with `copies` also a folder `<protocol>-v<version>-<organisation>/` and a ZIP of it for each party that owes a signature,
    and `<protocol>-v<version>-notice-<organisation>.pdf` and `.docx` for each other party to whom the version is news.

    Leaves out a protocol with a record that has faults and, if `public_only`, restricted protocols. Otherwise a restricted
    protocol whose text is not in the register is a failure. If one document of a protocol fails, none of its masters and
    forms are written; other protocols are. `time_limit`: seconds for one protocol, if there are `processes`. `watch` is
    called with the number of protocols that are done, and of all.
    """
    ids = list(protocols)
    order = _Order(
        register,
        output_dir,
        as_of,
        public_only,
        forms,
        dpia,
        papers,
        copies,
        register_address,
        cache or DocumentCache(None),
    )
    answers: dict[str, Written] = {}
    done = map_as_done(partial(_write_protocol, order), ids, processes=processes, limit=time_limit)
    for number, (id_, answer) in enumerate(done, 1):
        if isinstance(answer, WorkerError):
            answers[id_] = _failed(DocumentError(id_, answer.reason))
        else:
            lost = [Path(name).name for name in answer.names if not Path(name).is_file()]
            missing = (DocumentError(id_, f"{name} was written and is not there") for name in lost)
            answers[id_] = _together([answer, _failed(*missing)])
        if watch is not None:
            watch(number, len(ids))
    return _together([answers[id_] for id_ in ids])


def _together(parts: list[Written]) -> Written:
    """Joins all parts at once: adding them one by one would copy hundreds of thousands of names again and again."""
    return Written(
        tuple(name for part in parts for name in part.names),
        tuple(failure for part in parts for failure in part.failures),
        frozenset(id_ for part in parts for id_ in part.organisations),
        tuple(one for part in parts for one in part.not_owed),
        tuple(id_ for part in parts for id_ in part.unsigned),
        tuple(id_ for part in parts for id_ in part.restricted),
        tuple(path for part in parts for path in part.unread),
    )


def _failed(*errors: DocumentError) -> Written:
    return Written((), errors)


@dataclass(frozen=True)
class _Order:
    register: Register
    output: Path
    as_of: date
    public_only: bool
    forms: bool
    dpia: bool
    papers: Mapping[str, Form] | None
    copies: Copies | None
    register_address: str
    cache: DocumentCache


def _write_protocol(order: _Order, id_: str) -> Written:
    """Writes the documents of one protocol. Frees its records afterwards: those of a whole register would fill the memory."""
    try:
        return _written(order, id_)
    finally:
        order.register.forget(id_)


def _written(order: _Order, id_: str) -> Written:
    folder = order.register.protocol(id_)
    if folder is None:
        return _failed(DocumentError(id_, "there is no such protocol"))
    unread = tuple(record.path for record in folder.records() if not record.clean)
    if unread:
        return Written(unread=unread)
    if folder.value.publication == "restricted":
        if order.public_only:
            return Written(restricted=(folder.id,))
        if not _has_text(folder, as_of=order.as_of):
            return _failed(
                DocumentError(
                    folder.id, "it is restricted and its text is not kept here; ask the register that holds it"
                )
            )
    try:
        agreements = agreements_to_print(
            folder, order.register, as_of=order.as_of, register_address=order.register_address
        )
        letters = _letters(order, folder, agreements[0])
        asked = _asked(order, letters)
        not_owed = tuple((folder.id, one.organisation, in_words(one.why_not)) for one in asked if one.why_not)
        named = order.copies is not None and order.copies.organisations is not None and not order.copies.all_masters
        if named and not any(one.owes or one.notice for one in asked):
            return Written(not_owed=not_owed)
        bases, failures = _bases(_sheets(folder, agreements, order), order.cache)
        if failures:
            return _failed(*failures)
        files = list(_write_masters(order.output / folder.id, bases))
        if letters is not None and order.copies is not None:
            files += _write_packs(order, order.copies, letters, asked, bases.get(f"{agreements[0].file_stem}{ANNEX}"))
    except DocumentError as error:
        return _failed(error)
    return Written(
        tuple(map(str, files)),
        organisations=frozenset(one.organisation for one in asked if one.owes),
        not_owed=not_owed,
        unsigned=() if order.copies is None or agreements[0].signable else (folder.id,),
    )


def _letters(order: _Order, folder: ProtocolFolder, agreement: Agreement) -> Letters | None:
    """The letters of a text that can be signed; None if no copies are asked for."""
    if order.copies is None or not agreement.signable:
        return None
    sender = sender_of(folder, order.register, as_of=order.as_of)
    return Letters(agreement, folder, order.register, sender, as_of=order.as_of)


def _asked(order: _Order, letters: Letters | None) -> list[Standing]:
    """The parties that copies are asked for, in the order of the text."""
    if letters is None or order.copies is None:
        return []
    wanted = order.copies.organisations
    return [one for one in letters.standings.values() if wanted is None or one.organisation in wanted]


def _write_masters(place: Path, bases: dict[str, Base]) -> Iterator[Path]:
    for stem, base in bases.items():
        yield write_whole(place / f"{stem}.pdf", base.pdf)
        yield write_whole(place / f"{stem}.docx", base.docx)


def _sheets(folder: ProtocolFolder, agreements: list[Agreement], order: _Order) -> Iterator[tuple[str, Sheet]]:
    for agreement in agreements:
        yield agreement.file_stem, agreement_sheet(agreement)
        if has_annex(agreement):
            yield f"{agreement.file_stem}{ANNEX}", annex_sheet(agreement)
    page = ProtocolFacts(folder, order.register, as_of=order.as_of).for_people
    if page is not None and folder.value.status in SIGNABLE:
        yield f"{folder.id}-for-people", people_sheet(agreements[0], page)
    if order.papers is not None:
        yield from paper_sheets(agreements[0], order.papers)
    elif order.dpia:
        yield DPIA, dpia_sheet(agreements[0])
    if order.forms:
        for form_id, form in agreements[0].forms.items():
            yield form_id, form_sheet(form_id, form, agreements[0])


def _bases(sheets: Iterable[tuple[str, Sheet]], cache: DocumentCache) -> tuple[dict[str, Base], list[DocumentError]]:
    made: dict[str, Base] = {}
    failures: list[DocumentError] = []
    for stem, sheet in sheets:
        try:
            made[stem] = base_of(sheet, cache)
        except DocumentError as error:
            failures.append(error)
    return made, failures


def _write_packs(
    order: _Order, copies: Copies, letters: Letters, asked: list[Standing], annex: Base | None
) -> Iterator[Path]:
    """Writes the packs of those who owe a signature, and notices to those to whom a version without one is news."""
    place = order.output / letters.agreement.id
    nomination = letters.agreement.forms.get(NOMINATION) or copies.nomination
    owing = [letters.to(one.organisation) for one in asked if one.owes]
    for pack in packs_of(letters, owing, nomination, order.cache, annex=annex):
        for name, content in pack.files.items():
            yield write_whole(place / pack.name / name, content)
        yield write_whole(place / f"{pack.name}.zip", pack.archive())
    for name, content in notices_of(
        letters, [letters.to(one.organisation) for one in asked if one.notice], order.cache
    ):
        yield write_whole(place / name, content)


def _has_text(folder: ProtocolFolder, *, as_of: date) -> bool:
    newest = newest_version(folder, as_of=as_of)
    return bool((newest is not None and newest[1].text is not None) or folder.value.flows or folder.value.clauses)


def write_whole(path: Path, content: bytes) -> Path:
    """Writes the file whole or not at all, readable by all, and returns `path`. DocumentError, naming the file, if it cannot."""
    try:
        write_atomically(path, content, mode=0o644)
    except OSError as error:
        raise DocumentError(path.name, f"it cannot be written: {error.strerror}") from error
    return path
