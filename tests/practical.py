"""A practical sitting in an open room, and a candidate's page that sends files."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import world
from room import Page, open_room

from siteapp.site import Site
from sync.exam.items import Deliverable
from sync.exam.paper import Form, PaperTask
from sync.wire.documents import Papers, write_package
from sync.words import Words

MIB = 1024 * 1024


def practical_package(
    hq: world.Headquarters, site: Site, folder: Path, **given: Any
) -> world.Package:
    """The package of `make_package` with a practical task in the place of the first paper."""
    package = world.make_package(hq, site.identity.certificate, folder, **given)
    asked = (
        Deliverable("video", "file", "短视频", "上传短视频", (".mp4",)),
        Deliverable("script", "text", "脚本", "写出脚本"),
    )
    task = PaperTask("t1", "直播准备", 60, 40, "某店铺准备直播。", (), asked)
    first = package.papers.forms[0]
    form = Form(
        first.id, first.specification, "practical", Words("实操", "Practical"), 60, (), (), (task,)
    )
    papers = Papers((form, *package.papers.forms[1:]), package.papers.seed)
    live = msgspec.structs.replace(package.plan.sittings[0], component="practical")
    plan = msgspec.structs.replace(package.plan, sittings=(live, *package.plan.sittings[1:]))
    path = folder / "practical.package"
    write_package(path, plan, papers, site.identity.certificate, package.codes, hq.release)
    return world.Package(path, plan, papers, package.codes, package.banks)


def open_practical(hq: world.Headquarters, site: Site, folder: Path) -> world.Package:
    """The package received, unlocked, its sittings open."""
    package = practical_package(hq, site, folder)
    open_room(site, package)
    return package


class Uploader(Page):
    """A page that has begun its practical paper."""

    def begin(self) -> None:
        super().begin()
        (task,) = self.call("GET", "paper")[1]["tasks"]
        self.video, self.script = (one["ref"] for one in task["deliverables"])

    def announce(self, data: bytes, sequence: int = 1, **other: Any) -> tuple[int, Any]:
        """Say which file comes."""
        said = {
            "item": self.video,
            "name": "作品.mp4",
            "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "sequence": sequence,
        }
        return self.call("POST", "uploads", said | other)

    def part(self, upload: str, at: int, data: bytes) -> tuple[int, Any]:
        """Send one part."""
        headers = {"Authorization": f"Bearer {self.token}", "Upload-Offset": str(at)}
        address = f"/api/candidate/uploads/{upload}"
        answer = self.client.open(address, method="PATCH", data=data, headers=headers)
        return answer.status_code, answer.json

    def send(self, upload: str, data: bytes, at: int = 0) -> tuple[int, Any]:
        """All parts from `at` on, then the end; the last answer."""
        for begin in range(at, len(data), MIB):
            status, body = self.part(upload, begin, data[begin : begin + MIB])
            if status != 200:
                return status, body
        return self.finish(upload)

    def finish(self, upload: str) -> tuple[int, Any]:
        """Say that all of it is there."""
        return self.call("POST", f"uploads/{upload}/finish", {})
