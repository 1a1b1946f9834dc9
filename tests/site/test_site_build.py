"""The build as a whole: the same bytes each time, its data files, and errors that name the page."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
from icalendar import Calendar
from jsonschema import Draft202012Validator
from lxml import etree
from mkdocs.config import load_config
from site_registers import SOUND, build

from support import TODAY, write_register
from undersigned.register import load_register
from undersigned.site.build import SiteError, build_site
from undersigned.site.plugin import UndersignedPlugin, _where_to_tell
from undersigned.words.dates import date_in_words

FORMATS = Draft202012Validator.FORMAT_CHECKER
_BUILD = """
import sys
from datetime import date
from pathlib import Path
from undersigned.register import load_register
from undersigned.site.build import build_site
build_site(load_register(Path(sys.argv[1])), Path(sys.argv[2]), as_of=date(2026, 11, 22))
"""


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_another_process_in_another_time_zone_gives_the_same_bytes(tmp_path: Path) -> None:
    root = write_register(tmp_path / "register", SOUND)
    built = []
    for zone, seed in (("Pacific/Auckland", "1"), ("America/Los_Angeles", "2")):
        folder = tmp_path / seed
        done = subprocess.run(
            [sys.executable, "-c", _BUILD, str(root), str(folder)],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={**os.environ, "TZ": zone, "PYTHONHASHSEED": seed},
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout == ""
        built.append(content(folder))
    assert built[0].keys() == built[1].keys()
    assert [name for name in built[0] if built[0][name] != built[1][name]] == []
    assert not [name for name in built[0] if name.endswith(".gz")]


def test_a_build_leaves_nothing_of_the_one_before(tmp_path: Path) -> None:
    site = build(tmp_path, SOUND)
    (site / "stale.html").write_text("old", encoding="utf-8")
    first = set(content(site)) - {"stale.html"}
    build_site(load_register(tmp_path), site, as_of=TODAY)
    assert set(content(site)) == first


def test_data_is_as_its_schema_says(sound_site: Path, shipped_site: Path) -> None:
    for site in (sound_site, shipped_site):
        schema = json.loads((site / "api/v1/register.schema.json").read_bytes())
        Draft202012Validator.check_schema(schema)
        Draft202012Validator(schema, format_checker=FORMATS).validate(
            json.loads((site / "api/v1/register.json").read_bytes())
        )
        for kind, folder in (("protocol", "protocols"), ("organisation", "organisations")):
            part = Draft202012Validator(
                {**schema, "$ref": f"#/$defs/{kind}", "properties": {}, "required": [], "additionalProperties": True},
                format_checker=FORMATS,
            )
            files = list((site / "api/v1" / folder).glob("*.json"))
            assert files
            for file in files:
                data = json.loads(file.read_bytes())
                part.validate(data)
                assert data["as_of"] == "2026-11-22"
                assert data["schema_version"] == 1


def test_the_schema_refuses_what_it_should(sound_site: Path) -> None:
    schema = json.loads((sound_site / "api/v1/register.schema.json").read_bytes())
    data = json.loads((sound_site / "api/v1/register.json").read_bytes())
    restricted = next(protocol for protocol in data["protocols"] if protocol["publication"] == "restricted")
    restricted["summary"] = "More than may be said"
    assert not Draft202012Validator(schema).is_valid(data)


def test_the_schema_refuses_a_day_that_is_none(sound_site: Path) -> None:
    schema = json.loads((sound_site / "api/v1/register.schema.json").read_bytes())
    data = json.loads((sound_site / "api/v1/register.json").read_bytes())
    data["as_of"] = "2026-02-30"
    assert [list(error.path) for error in Draft202012Validator(schema, format_checker=FORMATS).iter_errors(data)] == [
        ["as_of"]
    ]


def test_data_has_no_mailbox_and_keys_in_order(sound_site: Path) -> None:
    for path in (sound_site / "api").rglob("*.json"):
        text = path.read_text(encoding="utf-8")
        assert "@example.org" not in text, path
        data = json.loads(text)
        # The schema is read by people; the data is for programs, and spaces would be a third of it at national size.
        if "schema" in path.name:
            assert text == json.dumps(data, indent=2, ensure_ascii=False) + "\n", path
        else:
            assert text == json.dumps(data, separators=(",", ":"), ensure_ascii=False, sort_keys=True) + "\n", path


def test_the_protocols_data_holds_the_text_in_force(sound_site: Path) -> None:
    data = json.loads((sound_site / "api/v1/protocols/housing.json").read_bytes())
    assert (data["text_is"], data["text_version"]) == ("in-force", "1.0")
    assert data["text"]["clauses"][0]["text"] == "The agreed wording of accuracy."
    assert data["text"]["flows"][0]["items"] == [
        {"about": "subject", "name": "Risk level", "sensitivity": ["criminal-offence"], "why": "Safety"}
    ]
    assert data["in_force_between"] == ["county-council", "probation"]
    assert [file["path"] for file in data["downloads"]] == [
        "downloads/housing/housing-v1.0.pdf",
        "downloads/housing/housing-v1.0.docx",
    ]


def test_calendars_for_all_for_each_protocol_and_each_organisation(sound_site: Path) -> None:
    def uids(name: str) -> list[str]:
        calendar = Calendar.from_ical((sound_site / "calendars" / name).read_bytes())
        return [str(event["uid"]) for event in calendar.walk("VEVENT")]

    # The housing protocol was once called homes, and calendars go on knowing it by that.
    housing, danger = "base/homes-review@register.example.org", "base/danger-review@register.example.org"
    assert uids("reviews.ics") == [housing, danger]
    assert uids("protocols/housing.ics") == uids("protocols/homes.ics") == [housing]
    assert uids("organisations/probation.ics") == uids("organisations/probation-area.ics") == [housing, danger]
    assert uids("organisations/landlord.ics") == [housing]
    assert uids("organisations/old-trust.ics") == []


def test_the_feed_knows_what_has_a_new_id_by_the_old_one_and_leads_to_the_new(sound_site: Path) -> None:
    feed = etree.fromstring((sound_site / "feed.xml").read_bytes())
    entries = {entry.findtext("{*}id"): entry.find("{*}link").get("href") for entry in feed.findall("{*}entry")}
    assert set(entries.values()) == {"https://register.example.org/base/protocols/housing/"}
    known = "tag:register.example.org,2026:base/protocols/homes/"
    assert {
        f"{known}versions/1.0",
        f"{known}reviews/2026-01-25",
        f"{known}signatures/probation-area/1.0/2025-01-20",
    } <= entries.keys()
    assert all(id_.startswith(known) for id_ in entries)


def test_a_bodys_feed_keeps_its_id_when_the_body_has_a_new_one(sound_site: Path) -> None:
    raw = (sound_site / "feeds/organisations/probation.xml").read_bytes()
    feed = etree.fromstring(raw)
    assert feed.findtext("{*}id") == "tag:register.example.org,2026:base/organisations/probation-area/feed"
    links = [link.get("href") for link in feed.findall("{*}link")]
    assert links == [
        "https://register.example.org/base/feeds/organisations/probation.xml",
        "https://register.example.org/base/organisations/probation/",
    ]
    whole = etree.fromstring((sound_site / "feed.xml").read_bytes())
    known = {entry.findtext("{*}id") for entry in whole.findall("{*}entry")}
    own = {entry.findtext("{*}id") for entry in feed.findall("{*}entry")}
    assert own
    assert own <= known
    old = etree.fromstring((sound_site / "feeds/organisations/probation-area.xml").read_bytes())
    assert old.findtext("{*}id") == feed.findtext("{*}id")


def test_a_calendar_can_be_followed_where_the_site_has_an_address(sound_site: Path, shipped_site: Path) -> None:
    page = (sound_site / "protocols/housing/reviews/index.html").read_text(encoding="utf-8")
    assert 'href="webcal://register.example.org/base/calendars/protocols/housing.ics"' in page
    assert 'feeds/index.html#add"' in page
    assert not [path for path in shipped_site.rglob("*.html") if "webcal:" in path.read_text(encoding="utf-8")]


def test_each_page_says_for_which_day_it_was_checked_and_where_to_tell_a_mistake(shipped_site: Path) -> None:
    for name in ("index.html", "protocols/duty-to-refer-protocol/index.html", "404.html"):
        page = (shipped_site / name).read_text(encoding="utf-8")
        assert f"stood on {date_in_words(TODAY)}, the day for which this page was last checked" in page, name
    page = (shipped_site / "protocols/duty-to-refer-protocol/index.html").read_text(encoding="utf-8")
    [link] = re.findall(r'href="(mailto:register-keeper[^"]*)"', page)
    assert unquote(link).endswith("?subject=Something is wrong here: protocols/duty-to-refer-protocol/")


def test_a_register_whose_keeper_is_an_account_asks_for_an_issue() -> None:
    def told(**extra: str) -> dict[str, str]:
        config = SimpleNamespace(extra={"register": extra}, repo_url="https://github.com/north/register/")
        return _where_to_tell(config)  # type: ignore[arg-type]

    issues = "https://github.com/north/register/issues/new/choose"
    assert told(keeper="@north/keepers") == {"keeper_mailbox": "", "issues": issues}
    assert told(keeper="@north/keepers", repository="private") == {"keeper_mailbox": "", "issues": ""}
    assert told(keeper='x@y.z?bcc=me" onclick="') == {"keeper_mailbox": "", "issues": issues}


def test_the_site_map_lists_pages_without_days(sound_site: Path) -> None:
    text = (sound_site / "sitemap.xml").read_text(encoding="utf-8")
    assert "<loc>https://register.example.org/base/protocols/housing/</loc>" in text
    assert "<loc>https://register.example.org/base/</loc>" in text
    assert "lastmod" not in text
    assert "protocols/homes" not in text


@pytest.mark.slow
def test_a_register_with_nothing_of_its_own_has_a_site(tmp_path: Path) -> None:
    write_register(tmp_path, SOUND)
    (tmp_path / "mkdocs.yml").unlink()
    build_site(load_register(tmp_path), tmp_path / "out", as_of=TODAY)
    assert "protocols/housing/" in (tmp_path / "out/index.html").read_text(encoding="utf-8")
    assert not (tmp_path / "out/sitemap.xml").exists()
    assert not (tmp_path / "docs").exists()


@pytest.mark.slow
def test_an_error_names_the_page(tmp_path: Path) -> None:
    write_register(tmp_path, SOUND)
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "broken.md").write_text(
        "---\nrender_macros: true\n---\n# Broken\n\n{{ no_such_macro() }}\n", encoding="utf-8"
    )
    with pytest.raises(SiteError, match=r"broken\.md"):
        build_site(load_register(tmp_path), tmp_path / "site", as_of=TODAY)
    (docs / "broken.md").write_text("# Broken\n\n[gone](gone.md)\n", encoding="utf-8")
    with pytest.raises(SiteError, match=r"broken\.md.*gone\.md"):
        build_site(load_register(tmp_path), tmp_path / "site", as_of=TODAY)
    (docs / "broken.md").unlink()
    build_site(load_register(tmp_path), tmp_path / "site", as_of=TODAY)


def test_macros_run_only_where_a_page_asks(tmp_path: Path) -> None:
    write_register(tmp_path, SOUND)
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "plain.md").write_text("# Plain\n\n{{ register_figures() }}\n", encoding="utf-8")
    (docs / "asks.md").write_text(
        "---\nrender_macros: true\n---\n# Asks\n\n{{ register_figures() }}\n", encoding="utf-8"
    )
    build_site(load_register(tmp_path), tmp_path / "site", as_of=TODAY)
    assert "{{ register_figures() }}" in (tmp_path / "site/plain/index.html").read_text(encoding="utf-8")
    assert "app-figures__number" in (tmp_path / "site/asks/index.html").read_text(encoding="utf-8")


def test_a_configuration_without_the_plugin_is_refused(tmp_path: Path) -> None:
    write_register(tmp_path, SOUND)
    (tmp_path / "mkdocs.yml").write_text("site_name: X\nplugins: [macros]\n", encoding="utf-8")
    with pytest.raises(SiteError, match="undersigned"):
        build_site(load_register(tmp_path), tmp_path / "site", as_of=TODAY)


MKDOCS = """
site_name: Test register
theme: {name: undersigned}
plugins: [undersigned, {macros: {modules: [undersigned.site.macros], render_by_default: false}}]
docs_dir: pages
"""


def mkdocs(root: Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(root / "mkdocs.yml"), "-d", str(folder)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**{key: value for key, value in os.environ.items() if key != "UNDERSIGNED_AS_OF"}, **environment},
    )


@pytest.mark.slow
def test_mkdocs_by_itself_builds_the_same_site_for_the_day_it_is_told(tmp_path: Path) -> None:
    root = write_register(tmp_path / "register", SOUND)
    (root / "mkdocs.yml").write_text(MKDOCS, encoding="utf-8")
    (root / "pages").mkdir()
    done = mkdocs(root, tmp_path / "one", UNDERSIGNED_AS_OF="2026-11-22")
    assert done.returncode == 0, done.stderr
    build_site(load_register(root), tmp_path / "two", as_of=TODAY)
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_without_a_day_there_is_no_site(tmp_path: Path) -> None:
    root = write_register(tmp_path / "register", SOUND)
    (root / "mkdocs.yml").write_text(MKDOCS, encoding="utf-8")
    (root / "pages").mkdir()
    done = mkdocs(root, tmp_path / "one")
    assert done.returncode != 0
    assert "UNDERSIGNED_AS_OF" in done.stderr


def test_serving_lets_the_reload_script_in_and_building_does_not(tmp_path: Path) -> None:
    config_file = write_register(tmp_path, SOUND) / "mkdocs.yml"
    config_file.write_text(MKDOCS, encoding="utf-8")
    (tmp_path / "pages").mkdir()
    policies = []
    for command in ("serve", "build"):
        config = load_config(str(config_file), plugins={"undersigned": {"as_of": "2026-11-22"}}, extra={})
        plugin = config.plugins["undersigned"]
        assert isinstance(plugin, UndersignedPlugin)
        plugin.on_startup(command=command, dirty=False)
        plugin.on_config(config)
        policies.append(config.extra["frame"]["security_policy"])
        plugin.on_shutdown()
    assert "script-src" in policies[0]
    assert "script-src" not in policies[1]
