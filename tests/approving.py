"""What an exam officer enters before an examination: calendar, approval, quota."""

import io
import zipfile
from collections.abc import Iterable

from sync.exam.catalogue import specifications
from sync.headquarters.register import applications, calendar, quotas
from sync.headquarters.register.application import Approval, Stated
from sync.headquarters.register.quotas import Quota
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.folder import Headquarters

PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
CERTIFICATES = ("530051", "560003", "4-01-02-07")
CALENDAR_2026 = ("2026", "1", "2026-12-04", "14:00-18:00", "2026-12-05", "08:30-12:30")


def docx(*more: str) -> bytes:
    """A Word document as far as its directory tells."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("[Content_Types].xml", "word/document.xml", *more):
            archive.writestr(name, "<x/>")
    return file.getvalue()


def stated(**changed: object) -> Stated:
    """A form as a school fills it in."""
    said: dict[str, object] = {
        "name": "示例职业学校考核站点",
        "address": "浙江省杭州市",
        "detail": "示例路 1 号",
        "contact": "王老师",
        "phone": "0571-88888888",
        "email": "wang@school.example",
        "audience": "本校学生",
        "certificates": CERTIFICATES,
        "profile": "两间标准机房，网络与监控齐全。",
        "rooms": 2,
        "servers": 2,
        "student_machines": 120,
        "cameras": 8,
    }
    return Stated(**(said | changed))  # type: ignore[arg-type]


def approve(
    hq: Headquarters, by: Stamp, site: str = "site-01", names: Iterable[str] = CERTIFICATES
) -> int:
    """The site's application with its stamped form, submitted and approved; its number."""
    number = applications.create(hq, by, site, stated(certificates=tuple(names)))
    applications.attach(hq, by, number, PDF, "form.pdf")
    applications.advance(hq, by, number, "submit")
    named = tuple(Approval(name, "2024-01-01", "2027-12-31") for name in names)
    applications.advance(hq, by, number, "approve", named=named)
    return number


def grant(
    hq: Headquarters, by: Stamp, granted: int = 1000, site: str = "site-01", **changed: object
) -> None:
    """A quota for every level of both certificates in 2024 and 2026, or of one `specification`."""
    codes = [changed.pop("specification")] if "specification" in changed else _codes()
    for year in (2024, 2026):
        for code in codes:
            said = {"requested": granted, "majors": (), "teachers": "", "state": "granted"}
            said |= {"granted": granted, "year": year, "site": site, "specification": code}
            quotas.set_quota(hq, by, Quota(**(said | changed)))  # type: ignore[arg-type]


def _codes() -> list[str]:
    return [one.code for one in specifications().values() if one.kind == "1+X"]


def schedule(hq: Headquarters, by: Stamp, levels: str = "初级、中级、高级") -> None:
    """The calendar of 2026: one sitting, on 4 and 5 December."""
    calendar.take(hq, by, [list(calendar.COLUMNS), [*CALENDAR_2026, levels]])


def everything(hq: Headquarters, by: Stamp, site: str = "site-01") -> None:
    """All that an examination of a site needs."""
    schedule(hq, by)
    approve(hq, by, site)
    grant(hq, by, site=site)
