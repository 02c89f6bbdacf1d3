"""What an exam officer enters before an examination: the calendar, the site's approval, quotas."""

import json

from provisioning.demo.stage import Stage
from sync.headquarters.register import quotas
from sync.headquarters.register.calendar import COLUMNS
from sync.sheet_writer import sheet_bytes

LEVELS = "初级、中级、高级"
CALENDAR = ("2026", "1", "2026-12-04", "14:00-18:00", "2026-12-05", "08:30-12:30", LEVELS)
QUOTAS = (
    ("2026", "demo", "530051", "初级", "60", "60", "", "", "已批准"),
    ("2026", "demo", "560003", "初级", "20", "20", "", "", "已批准"),
)
CERTIFICATES = ("530051", "560003")
STATED = {
    "name": "示例职业学校",
    "address": "示例省示例市",
    "detail": "示例路 1 号",
    "contact": "示例联系人",
    "phone": "000-0000000",
    "email": "contact@school.example",
    "audience": "本校学生",
    "certificates": CERTIFICATES,
    "profile": "演示用考点。",
    "rooms": 1,
    "servers": 1,
    "student_machines": 44,
    "cameras": 4,
}
# A sheet of paper with nothing on it, in place of the scan.
STAMPED = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


def enter(stage: Stage, site: str) -> None:
    """Import the calendar, take the site's application through its review, enter its quotas."""
    calendar, granted = stage.folder / "calendar.xlsx", stage.folder / "quotas.xlsx"
    calendar.write_bytes(sheet_bytes("考试日程", COLUMNS, [CALENDAR]))
    granted.write_bytes(sheet_bytes("证书试点申报", quotas.COLUMNS, QUOTAS))
    stated, form = stage.folder / "application.json", stage.folder / "stamped.pdf"
    stated.write_text(json.dumps(STATED), "utf-8")
    form.write_bytes(STAMPED)
    stage.hq("calendar", "import", str(calendar))
    made = stage.hq_json("application", "create", str(stated), "--site", site, "--form", str(form))
    named = [word for one in CERTIFICATES for word in ("--certificate", one)]
    days = ("--from", "2026-01-01", "--until", "2027-12-31")
    stage.hq("application", "approve", str(made["application"]), *named, *days)
    stage.hq("quota", "import", str(granted))
