"""The verbs that make: `documents`, `build` and `serve`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from undersigned.cli.asked import cache_of, day_asked, processes, root_of
from undersigned.cli.check import LineReader, findings_of
from undersigned.cli.streams import (
    EXIT_BROKEN,
    EXIT_FINE,
    EXIT_FOUND,
    CommandError,
    progress,
    remark,
    told_to_stop,
    write,
)
from undersigned.cli.tell import tell_left_out
from undersigned.records.files import load_files

if TYPE_CHECKING:
    from undersigned.register import Register

_MOST_BYTES_OF_PAGES = 1 << 30


def run_documents(options: argparse.Namespace) -> int:
    from undersigned.documents.write import Copies, write_documents
    from undersigned.editing.library import standard_form_record
    from undersigned.register import register_of

    root, as_of = root_of(options), day_asked(options)
    register = register_of(root, load_files(root))
    named = [register.present_protocol(id_) for id_ in options.protocols]
    for id_ in named:
        if id_ not in register.protocol_ids:
            raise CommandError(
                f"there is no protocol '{id_}'", "The protocols are: " + ", ".join(register.protocol_ids[:50])
            )
    wanted = _organisations_asked_for(register, options)
    copies = None
    if options.for_all or wanted:
        copies = Copies(standard_form_record("officer-nomination"), wanted, all_masters=bool(named))
    kept = cache_of(options).documents()
    with told_to_stop():
        written = write_documents(
            register,
            list(dict.fromkeys(named)) or list(register.protocol_ids),
            options.output or root / "build" / "documents",
            as_of=as_of,
            public_only=not named,
            forms=options.forms,
            register_address=register.address,
            copies=copies,
            kept=kept,
            processes=processes(),
            watch=progress("Writing documents"),
        )
    kept.forget_old()
    write("".join(f"{_from_here(Path(name))}\n" for name in written.names), None)
    tell_left_out(list(written.unread))
    for id_ in written.restricted:
        remark(f"undersigned: {id_} is restricted; its documents are made only when it is named")
    for id_ in written.unsigned:
        remark(f"undersigned: nobody is asked to sign {id_} at present, so no copies of it were made")
    for organisation in sorted((wanted or frozenset()) - written.organisations):
        remark(f"undersigned: {organisation} is asked to sign none of these protocols, so no copies were made for it")
    for failure in written.failures:
        remark(f"undersigned: {failure}")
    return EXIT_BROKEN if written.failures else EXIT_FINE


def _from_here(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _organisations_asked_for(register: Register, options: argparse.Namespace) -> frozenset[str] | None:
    """Under present ids; None for all or none."""
    from undersigned.records.reading import did_you_mean

    if options.for_all and options.for_:
        raise CommandError("--for and --for-all were both given", "--for-all is every party; leave one of them out.")
    for id_ in options.for_:
        if register.organisation(register.present_organisation(id_)) is None:
            raise CommandError(f"there is no organisation '{id_}'", did_you_mean(id_, register.organisation_ids))
    return frozenset(register.present_organisation(id_) for id_ in options.for_) or None


def run_build(options: argparse.Namespace) -> int:
    from undersigned.documents.write import write_documents
    from undersigned.register import register_of
    from undersigned.reports import reports
    from undersigned.site.build import SiteError, build_site
    from undersigned.site.place import PlaceError, beside_site, clear_left, keep_former_ids, put_in_place

    root, as_of = root_of(options), day_asked(options)
    clear_left(root)
    files = load_files(root)
    kept = findings_of(root, files, as_of, cache_of(options))
    errors = [finding for finding in kept.findings if finding.severity == "error"]
    if errors:
        answer = reports.CheckAnswer(
            as_of.isoformat(), kept.files, kept.protocols, kept.organisations, kept.signatures, errors
        )
        write(reports.render_check_text(answer, LineReader(files)), None)
        remark("undersigned: nothing was built. Mend the errors above first; the site that was there is untouched.")
        return EXIT_FOUND
    register = register_of(root, files, commit=options.commit or "", address=options.site_url or "")
    site = root / "site"
    try:
        with told_to_stop(), beside_site(root) as work:
            downloads, made = work / "downloads", work / "site"
            downloads.mkdir()
            documents = cache_of(options).documents()
            written = write_documents(
                register,
                list(register.protocol_ids),
                downloads,
                as_of=as_of,
                public_only=True,
                register_address=register.address,
                kept=documents,
                processes=processes(),
                watch=progress("Writing documents"),
            )
            documents.forget_old()
            if written.failures:
                raise CommandError("nothing was built: " + "; ".join(map(str, written.failures)))
            pages = cache_of(options).pages()
            build_site(register, made, as_of=as_of, downloads=downloads, kept=pages, processes=processes())
            pages.forget_old(_MOST_BYTES_OF_PAGES)
            if (made / "downloads").exists():
                raise SiteError("docs/downloads stands where the documents go; rename it")
            keep_former_ids(downloads, register.former_protocols)
            downloads.rename(made / "downloads")
            put_in_place(made, site, work=work)
    except (SiteError, PlaceError) as error:
        raise CommandError(f"nothing was built: {error}") from None
    warnings = sum(1 for finding in kept.findings if finding.severity == "warning")
    count = sum(1 for path in site.rglob("*") if path.is_file())
    write(
        f"site/ is built: {count:,} files, as of {as_of}. {warnings} warnings; 'undersigned check' shows them.\n", None
    )
    return EXIT_FINE


def run_serve(options: argparse.Namespace) -> int:
    from undersigned.site.build import SiteError, serve

    try:
        serve(root_of(options), as_of=day_asked(options), address=options.address)
    except SiteError as error:
        raise CommandError(str(error)) from None
    return EXIT_FINE
