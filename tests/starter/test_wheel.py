"""The wheel in an empty environment: a new register, its first records, the check, the documents and the site."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import click
import pytest

from support import ROOT

ANSWERS = {
    "publisher": "Our County Partnership",
    "keeper": "@our-county/register",
    "contact_mailbox": "register@our-county.gov.uk",
    "privacy_mailbox": "privacy@our-county.gov.uk",
    "accessibility_mailbox": "access@our-county.gov.uk",
}


def run(command: list[str], folder: Path, **more: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        command, cwd=folder, env=environment | more, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_wheel_makes_a_register_in_an_empty_environment(tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    source = tmp_path / "source"
    run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(source)], tmp_path)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(wheels), str(source)],
        tmp_path,
    )
    (wheel,) = wheels.glob("undersigned-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert not [name for name in names if not name.startswith("undersigned")]
    assert "undersigned/handbook/guides/pictures/rule.png" in names
    assert "undersigned/starter/template/dot_gitattributes" in names

    environment = tmp_path / "environment"
    run([sys.executable, "-m", "venv", "--without-pip", str(environment)], tmp_path)
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    packages = Path(
        run([str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], tmp_path).strip()
    )
    run([*pip, "install", "--quiet", "--no-deps", "--no-index", "--target", str(packages), str(wheel)], tmp_path)
    # The libraries come from this environment: a test asks no package index. Its own editable install stays out of reach.
    (packages / "libraries.pth").write_text(f"{Path(click.__file__).parents[1]}\n", encoding="utf-8")

    program = [str(python), "-m", "undersigned", "--as-of", "2026-11-30"]
    register = tmp_path / "register"
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    run([*program, "init", str(register), *(f"--set={name}={answer}" for name, answer in ANSWERS.items())], tmp_path)
    where = run([str(python), "-c", "import undersigned; print(undersigned.__file__)"], tmp_path).strip()
    assert Path(where).is_relative_to(packages)
    run(
        [*program, "new", "organisation", "county-probation", "--set=kind=probation", "--set=jurisdiction=england"],
        register,
    )
    run(
        [*program, "new", "organisation", "riverside", "--set=kind=local-authority", "--set=jurisdiction=england"],
        register,
    )
    standard = ["--from", "council-housing-referral", "--set=supervisors=county-probation", "--set=councils=riverside"]
    run([*program, "new", "protocol", "county-housing", *standard, "--set=lead=county-probation"], register)
    assert " 0 errors" in run([*program, "check"], register, **cache)
    assert "county-housing-draft.pdf" in run([*program, "documents"], register, **cache)
    run([*program, "build"], register, **cache)
    assert (register / "site/protocols/county-housing/index.html").is_file()
    assert (register / "site/guidance/sharing/consent/index.html").is_file()
    assert "already" not in run([*program, "upgrade", "--check"], register)
