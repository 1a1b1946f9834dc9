"""All generated pages and files of a site: protocols as they were worked out ahead, the rest made here or kept."""

from __future__ import annotations

import gc
import multiprocessing
import pickle
from collections.abc import Mapping
from dataclasses import dataclass

from undersigned.cache import DocumentCache
from undersigned.site.kept import NOT_READABLE, Ready, values
from undersigned.site.output import Files, generated_files
from undersigned.site.pages import GeneratedPage, Job, PageSet, page_jobs
from undersigned.site.rendering import PageError

#: Below so many pieces of work a second process costs more than it saves.
_WORTH_SPLITTING = 12


@dataclass(frozen=True)
class Rest:
    """The pages and files that speak of more than one protocol."""

    pages: tuple[GeneratedPage, ...]
    files: Files


def whole_site(
    pages: PageSet, ready: Mapping[str, Ready], *, address: str, key: str, kept: DocumentCache, processes: int
) -> Rest:
    """Every generated page and file. `key`: a digest of all that they depend on. Raises `PageError`."""
    rest = _kept_rest(kept, key)
    if rest is None:
        made = tuple(page for one in _done(page_jobs(pages), processes) for page in one)
        of_each = {id_: one.files for id_, one in ready.items()}
        files = tuple(generated_files(pages.site, name=pages.name, address=address, made=of_each))
        rest = Rest(made, files)
        kept.put(key, pickle.dumps(rest, 5))
    of_protocols = tuple(page for one in ready.values() for page in one.pages)
    return Rest((*of_protocols, *rest.pages), (*(file for one in ready.values() for file in one.files), *rest.files))


def _kept_rest(kept: DocumentCache, key: str) -> Rest | None:
    raw = kept.get(key)
    try:
        rest = values(raw) if raw is not None else None
    except NOT_READABLE:
        return None
    return rest if isinstance(rest, Rest) else None


def _done(jobs: list[Job], processes: int) -> list[tuple[GeneratedPage, ...]]:
    """The pages of each piece, in order. Processes are forked, so that they have the facts without their being passed."""
    if processes < 2 or len(jobs) < _WORTH_SPLITTING or "fork" not in multiprocessing.get_all_start_methods():
        return [tuple(job()) for job in jobs]
    _SHARED.extend(jobs)
    gc.collect()
    gc.freeze()  # the children share the parent's memory: collecting it would copy it
    try:
        with multiprocessing.get_context("fork").Pool(processes, gc.disable) as pool:
            found = pool.map(_do, range(len(jobs)), chunksize=1)
    finally:
        _SHARED.clear()
        gc.unfreeze()
    for one in found:
        if isinstance(one, str):
            raise PageError(one)
    return [one for one in found if not isinstance(one, str)]


#: What forked processes inherit.
_SHARED: list[Job] = []


def _do(number: int) -> tuple[GeneratedPage, ...] | str:
    try:
        return tuple(_SHARED[number]())
    except PageError as error:
        return str(error)
