"""The verb `build`: check, then documents, then the site."""

from __future__ import annotations

from dataclasses import replace

import click

from undersigned.cli.check import LineReader, checked
from undersigned.cli.options import Common, commit_id, processes, verb, web_address
from undersigned.cli.output import EXIT_FINE, EXIT_FOUND, CommandError, ended_by_signals, progress, remark, write


@verb("build", example="undersigned build --site-url https://example.org/register/")
@click.option(
    "--commit", type=commit_id, metavar="ID", help="The full id of the commit that is built; the site's JSON states it."
)
@click.option(
    "--site-url",
    type=web_address,
    metavar="URL",
    help="The site's address, if mkdocs.yml does not state it. Feeds, copies and the page for wrong addresses need it.",
)
def build_command(common: Common, commit: str | None, site_url: str | None) -> int:
    """Check the register, then write the documents and the site into site/.

    If the register has errors, nothing is written and the exit status is 1.
    """
    from undersigned.documents.write import write_documents
    from undersigned.register import register_of
    from undersigned.reports.findings import render_check_text
    from undersigned.reports.tables import counted
    from undersigned.site.build import SiteError, build_site
    from undersigned.site.publish import PublishError, beside_site, clear_left, keep_former_ids, put_in_place

    root, as_of = common.root, common.as_of
    clear_left(root)
    report = checked(common, workers=processes(), watch=progress("Checking protocols"))
    errors = [finding for finding in report.findings if finding.severity == "error"]
    if errors:
        write(render_check_text(replace(report, findings=errors), LineReader(common.files)), None)
        remark("undersigned: nothing was built. Correct the errors above first. The earlier site is unchanged.")
        return EXIT_FOUND
    register = register_of(root, common.files, commit=commit or "", address=site_url or "")
    site = root / "site"
    try:
        with ended_by_signals(), beside_site(root) as work:
            downloads, new_site = work / "downloads", work / "site"
            downloads.mkdir()
            documents = common.cache.documents()
            written = write_documents(
                register,
                list(register.protocol_ids),
                downloads,
                as_of=as_of,
                public_only=True,
                register_address=register.address,
                cache=documents,
                processes=processes(),
                watch=progress("Writing documents"),
            )
            documents.forget_old()
            if written.failures:
                raise CommandError("nothing was built: " + "; ".join(map(str, written.failures)))
            build_site(register, new_site, as_of=as_of, downloads=downloads, processes=processes())
            if (new_site / "downloads").exists():
                raise SiteError(
                    "the documents go to downloads/ in the site, and docs/downloads is there already; rename it"
                )
            keep_former_ids(downloads, register.former_protocols)
            downloads.rename(new_site / "downloads")
            put_in_place(new_site, site, work=work)
    except (SiteError, PublishError) as error:
        raise CommandError(f"nothing was built: {error}") from None
    warnings = sum(1 for finding in report.findings if finding.severity == "warning")
    count = sum(1 for path in site.rglob("*") if path.is_file())
    write(
        f"site/ is built: {count:,} files, as of {as_of}. {counted(warnings, 'warning')}; 'undersigned check' shows them.\n",
        None,
    )
    return EXIT_FINE
