"""Commands of the desk: sites, sessions, sittings, rosters, publishing, codes."""

from pathlib import Path

import click

from sync.console import FOLDER, say, show_json
from sync.exam.catalogue import find as find_specification
from sync.exam.drawing import Drawn
from sync.exam.seating import RULES, Rule
from sync.exam.sitting import MAX_BREAK, SessionKind
from sync.headquarters.commands.base import (
    IN_FILE,
    LIMIT,
    OUT_FILE,
    json_option,
    opened,
    plain,
    show,
    stamp,
)
from sync.headquarters.commands.officer import Officer, officer_options
from sync.headquarters.commands.roster_told import Asked, tell_preview
from sync.headquarters.content.bank import builtin_bank, load_bank
from sync.headquarters.content.specifications import specification
from sync.headquarters.planning import arrangements, photos, release, rosters, sessions
from sync.headquarters.planning.arrangements import Rests
from sync.headquarters.planning.materials import builtin_materials, read_materials
from sync.headquarters.planning.roster_preview import preview_roster
from sync.headquarters.register import conditions, sites
from sync.wire.files import write_durably
from sync.wire.keys import SECRET_LENGTH, SigningKey, VerifyKey, load_key
from sync.wire.passwords import new_token
from sync.words import Words


@click.group()
def site() -> None:
    """The register of sites."""


@site.command("register")
@click.argument("request", type=IN_FILE)
@click.option("--id", "site_id", required=True, help="The site's identifier.")
@click.option("--name", required=True, help="The school's name.")
@click.option("--out", type=OUT_FILE, required=True, help="Where the certificate goes.")
@officer_options
@click.pass_obj
def site_register(
    folder: Path,
    request: Path,
    site_id: str,
    name: str,
    out: Path,
    account: str,
    password_file: Path | None,
) -> None:
    """Answer an enrolment request with a certificate; a box is replaced by `site invite` alone."""
    with opened(folder) as hq:
        by = Officer(account, password_file).stamp(hq, "exam-officer")
        sites.require_no_box(hq, site_id)
        envelope = sites.register(hq, by, request=request.read_bytes(), site=site_id, name=name)
        root = VerifyKey.from_bytes(hq.keys.public().root).key_id
        serial = sites.certificate_of(hq, site_id).serial
    write_durably(out, envelope)
    say(
        f"考点 {site_id} 已登记（第 {serial} 次），证书：{out}",
        f"Site {site_id} registered (enrolment {serial}), certificate: {out}",
    )
    say(f"请告知考点根密钥指纹：{root}", f"Tell the site the root's fingerprint: {root}")


@site.command("list")
@json_option
@click.pass_obj
def site_list(folder: Path, as_json: bool) -> None:
    """All sites."""
    with opened(folder) as hq:
        show(sites.list_sites(hq), ["id", "name", "serial", "key_id"], as_json)


@site.command("certificate")
@click.argument("site_id")
@click.option("--out", type=OUT_FILE, required=True, help="Where the certificate goes.")
@click.pass_obj
def site_certificate(folder: Path, site_id: str, out: Path) -> None:
    """Write a site's present certificate again."""
    with opened(folder) as hq:
        write_durably(out, sites.certificate_envelope(hq, site_id))
    say(f"证书：{out}", f"Certificate: {out}")


@click.group()
def session() -> None:
    """Sessions: half-days in the rooms of a site."""


@session.command("create")
@click.argument("session_id")
@click.option("--site", "site_id", required=True, help="At which site.")
@click.option("--name", required=True, help="Name in Chinese.")
@click.option("--name-en", help="Name in English [default: the identifier].")
@click.option("--starts-at", required=True, help="2026-12-05T09:00+08:00")
@click.option("--room", required=True, help="The room.")
@click.option(
    "--kind",
    type=click.Choice(["examination", "rehearsal", "practice"]),
    default="examination",
    help="What it counts for [default: examination].",
)
@click.option("--seed", help="Seed of the draw [default: random].")
@click.pass_obj
def session_create(
    folder: Path,
    session_id: str,
    site_id: str,
    name: str,
    name_en: str | None,
    starts_at: str,
    room: str,
    kind: SessionKind,
    seed: str | None,
) -> None:
    """Make a session."""
    with opened(folder) as hq:
        sessions.create_session(
            hq,
            stamp(),
            session=session_id,
            site=site_id,
            name=Words(name, name_en or session_id),
            kind=kind,
            starts_at=starts_at,
            room=room,
            seed=seed,
        )
    say(f"已新建场次 {session_id}", f"Session {session_id} made")


@session.command("list")
@LIMIT
@json_option
@click.pass_obj
def session_list(folder: Path, limit: int, as_json: bool) -> None:
    """The sessions that start last."""
    columns = ["id", "site", "kind", "starts_at", "state", "sittings", "candidates"]
    with opened(folder) as hq:
        show(sessions.list_sessions(hq, limit=limit), columns, as_json)


@session.command("show")
@click.argument("session_id")
@json_option
@click.pass_obj
def session_show(folder: Path, session_id: str, as_json: bool) -> None:
    """One session with its sittings."""
    with opened(folder) as hq:
        row = sessions.show_session(hq, session_id)
        found = sessions.list_sittings(hq, session_id)
    shown = [
        {
            "id": s.plan.id,
            "specification": s.plan.specification,
            "component": s.plan.component,
            "minutes": s.plan.minutes,
            "forms": list(s.plan.forms),
            "lockdown": s.plan.lockdown == "required",
            "candidates": s.candidates,
        }
        for s in found
    ]
    if as_json:
        show_json(plain(row) | {"sittings": shown})
        return
    show([row], ["id", "site", "kind", "starts_at", "room", "state", "package_digest"], False)
    show(shown, ["id", "specification", "component", "minutes", "forms", "candidates"], False)


@click.group()
def sitting() -> None:
    """Sittings of a session."""


@sitting.command("add")
@click.argument("session_id")
@click.argument("sitting_id")
@click.option("--specification", "code", required=True, help="Such as 530051-junior.")
@click.option(
    "--component",
    type=click.Choice(["theory", "practical", "review"]),
    default="theory",
    help="Which paper [default: theory].",
)
@click.option("--forms", type=click.IntRange(1, 26), default=1, help="How many forms to draw.")
@click.option("--bank", type=FOLDER, help="Folder of a bank [default: the one that ships].")
@click.option("--earliest-hand-in", type=click.IntRange(0, 600), default=30, help="Minutes.")
@click.option(
    "--break", "break_minutes", type=click.IntRange(0, MAX_BREAK), default=0, help="Minutes."
)
@click.option("--lockdown", is_flag=True, help="Taken in Safe Exam Browser, at every seat.")
@click.pass_obj
def sitting_add(
    folder: Path,
    session_id: str,
    sitting_id: str,
    code: str,
    component: str,
    forms: int,
    bank: Path | None,
    earliest_hand_in: int,
    break_minutes: int,
    lockdown: bool,
) -> None:
    """Add a sitting and draw its forms."""
    with opened(folder) as hq:
        rules = specification(hq, code)
        items = load_bank(bank, find_specification(code)) if bank else builtin_bank(code)
        added = sessions.add_sitting(
            hq,
            stamp(),
            session=session_id,
            sitting=sitting_id,
            specification=rules,
            component=component,
            bank=items,
            materials=read_materials(bank, items) if bank else builtin_materials(code),
            form_count=forms,
            earliest_hand_in=earliest_hand_in,
            break_minutes=break_minutes,
            lockdown=lockdown,
        )
    drawn = " ".join(added.plan.forms)
    say(f"已加入考试 {sitting_id}，试卷：{drawn}", f"Sitting {sitting_id} added, forms: {drawn}")
    show([_of_form(one) for one in added.drawn], ["form", "easiness", "shared", "repeated"], False)


def _of_form(drawn: Drawn) -> dict[str, object]:
    """How a form came out: marks expected, items that a neighbour or an earlier form has."""
    expected = "—" if drawn.easiness is None else f"{drawn.easiness} %"
    return drawn._asdict() | {"form": drawn.form.id, "easiness": expected}


@click.group()
def roster() -> None:
    """Rosters of candidates."""


@roster.command("import")
@click.argument("file", type=IN_FILE)
@click.option("--session", "session_id", required=True, help="Of which session.")
@click.option("--sitting", "sitting_id", required=True, help="Of which sitting.")
@click.option("--replace", is_flag=True, help="In place of the roster that is there.")
@click.option(
    "--seats",
    type=click.Choice(RULES),
    help="Give seats by this rule, whatever the sheet says of them [as in the sheet].",
)
@click.option("--first-seat", type=click.IntRange(1, 9999), default=1, help="The first [1].")
@click.option(
    "--preview", is_flag=True, help="Only say what is wrong with which row; take nothing."
)
@click.pass_obj
def roster_import(
    folder: Path,
    file: Path,
    session_id: str,
    sitting_id: str,
    replace: bool,
    seats: Rule | None,
    first_seat: int,
    preview: bool,
) -> None:
    """Take a sheet as the roster of a sitting; all problems are listed, nothing half taken."""
    seating = rosters.Seating(seats, first_seat, new_token()) if seats else None
    about: Asked = {
        "session": session_id,
        "sitting": sitting_id,
        "file": file,
        "replace": replace,
        "seating": seating,
    }
    with opened(folder) as hq:
        if preview:
            tell_preview(preview_roster(hq, stamp(), **about))
            return
        count = rosters.import_roster(hq, stamp(), **about)
        few = conditions.too_few(hq, session_id)
    say(f"已导入 {count} 名考生", f"{count} candidates imported")
    if few:
        say(few.zh, few.en, err=True)


@roster.command("photos")
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option("--session", "session_id", required=True, help="Of which session.")
@click.pass_obj
def roster_photos(folder: Path, source: Path, session_id: str) -> None:
    """Take photos from a folder or zip of files named by admission number; nothing half taken."""
    with opened(folder) as hq:
        taken = photos.import_photos(hq, stamp(), session=session_id, source=source)
    say(f"已导入 {taken.taken} 张照片", f"{taken.taken} photos imported")
    if taken.without:
        listed = " ".join(taken.without[:20])
        count = len(taken.without)
        say(f"{count} 名考生没有照片：{listed}", f"{count} without a photo: {listed}", err=True)


@roster.command("extra-time")
@click.argument("admission")
@click.argument("minutes", type=int)
@click.option("--session", "session_id", required=True, help="Of which session.")
@click.option("--reason", required=True, help="Why, as it was approved.")
@click.pass_obj
def roster_extra_time(
    folder: Path, admission: str, minutes: int, session_id: str, reason: str
) -> None:
    """Grant a candidate more time for each paper of a session, in advance; 0 takes it back."""
    with opened(folder) as hq:
        arrangements.grant(
            hq, stamp(), session=session_id, admission=admission, minutes=minutes, reason=reason
        )
    say(f"{admission}：每科加时 {minutes} 分钟", f"{admission}: {minutes} minutes more each paper")


@roster.command("rests")
@click.argument("admission")
@click.argument("rests", type=int)
@click.argument("minutes", type=int)
@click.option("--session", "session_id", required=True, help="Of which session.")
@click.option("--reason", required=True, help="Why, as it was approved.")
@click.pass_obj
def roster_rests(
    folder: Path, admission: str, rests: int, minutes: int, session_id: str, reason: str
) -> None:
    """Approve RESTS rests of MINUTES each for a candidate, in each paper; 0 0 for none."""
    given = Rests(rests, minutes)
    with opened(folder) as hq:
        arrangements.grant_rests(
            hq, stamp(), session=session_id, admission=admission, given=given, reason=reason
        )
    say(
        f"{admission}：每科休息 {rests} 次，每次 {minutes} 分钟",
        f"{admission}: {rests} rests of {minutes} minutes in each paper",
    )


@roster.command("template")
@click.argument("file", type=OUT_FILE)
def roster_template(file: Path) -> None:
    """Write an empty roster sheet, its columns set to text."""
    write_durably(file, rosters.template())
    say(f"已写入 {file}", f"Written: {file}")


@click.command("publish")
@click.argument("session_id")
@click.option("--key", type=IN_FILE, required=True, help="Your own release key file.")
@click.option("--out", type=OUT_FILE, help="Also copy the package here.")
@officer_options
@click.pass_obj
def publish_command(
    folder: Path,
    session_id: str,
    key: Path,
    out: Path | None,
    account: str,
    password_file: Path | None,
) -> None:
    """Sign a session; with the second officer's signature it is published and fixed."""
    signer = SigningKey.from_bytes(load_key(key, SECRET_LENGTH))
    with opened(folder) as hq:
        by = Officer(account, password_file).stamp(hq, "release-officer")
        package = release.sign_release(hq, by, session_id, signer)
        few = conditions.too_few(hq, session_id)
    if few:
        say(few.zh, few.en, err=True)
    if package is None:
        say(
            f"场次 {session_id} 已由密钥 {signer.public.key_id} 签名，还需第二位发布人签名",
            f"Session {session_id} signed by key {signer.public.key_id};"
            " the second officer's signature is needed",
        )
        return
    if out:
        write_durably(out, package.path.read_bytes())
    say(
        f"场次 {session_id} 已发布：{package.digest}（{package.size} 字节）",
        f"Session {session_id} published: {package.digest} ({package.size} bytes)",
    )
