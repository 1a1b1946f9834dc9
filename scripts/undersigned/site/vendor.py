"""Makes the stylesheet of GOV.UK Frontend neutral: without its typeface, crest and addresses. Used when it is upgraded.

`write_vendored` takes the archive that `npm pack govuk-frontend@VERSION` leaves. Nothing here runs during a build.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import tarfile
from pathlib import Path

STYLESHEET = "package/dist/govuk/govuk-frontend.min.css"
_FONT_NOTICE = re.compile(r"/\*! Copyright \(c\) 2011 by Margaret Calvert.*?\*/", re.DOTALL)
_FONT_FACE = re.compile(r"@font-face\{[^}]*\}")
_SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=.*?\*/\s*", re.DOTALL)


def neutralised(css: str) -> str:
    """Returns the stylesheet without GDS Transport (licensed only for gov.uk), the crest, or any `url(`."""
    css = _FONT_NOTICE.sub("", css)
    css = _FONT_FACE.sub("", css)
    css = css.replace("GDS Transport,arial,sans-serif", "arial,sans-serif")
    css = css.replace("url(/assets/images/govuk-crest.svg)", "none")
    return _SOURCE_MAP.sub("", css)


def write_vendored(archive: Path, folder: Path) -> None:
    """Writes `govuk.css` and `VENDOR.json` (version, npm integrity, SHA-256 of the result) into `folder`."""
    packed = archive.read_bytes()
    with tarfile.open(archive) as tar:
        css = neutralised(_member(tar, STYLESHEET))
        version = json.loads(_member(tar, "package/package.json"))["version"]
    (folder / "govuk.css").write_text(css, encoding="utf-8", newline="\n")
    record = {
        "package": "govuk-frontend",
        "version": version,
        "file": STYLESHEET.removeprefix("package/"),
        "integrity": "sha512-" + base64.b64encode(hashlib.sha512(packed).digest()).decode("ascii"),
        "licence": "MIT; see LICENSE-govuk-frontend.txt",
        "changed": "typeface, crest and source map taken out by undersigned.site.vendor",
        "sha256": hashlib.sha256(css.encode("utf-8")).hexdigest(),
    }
    text = json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    (folder / "VENDOR.json").write_text(text, encoding="utf-8", newline="\n")


def _member(tar: tarfile.TarFile, name: str) -> str:
    member = tar.extractfile(name)
    if member is None:
        raise FileNotFoundError(f"{name} is not in the archive")
    return member.read().decode("utf-8")
