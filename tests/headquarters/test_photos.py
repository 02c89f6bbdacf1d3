"""Photos at headquarters: decoded and made anew, by admission number, whole or not at all."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import photographed
import pytest
import releasing
from desk_world import BY, Desk
from PIL import Image

from sync.exam.photos import MAX_PHOTO
from sync.headquarters.content.portrait import SIZE, NotAPhoto, portrait
from sync.headquarters.desk_errors import PhotosRefused
from sync.headquarters.errors import SessionPublished
from sync.headquarters.planning import photos, release, rosters
from sync.headquarters.planning.photos import MAX_PHOTOS
from sync.headquarters.register import sites
from sync.headquarters.store.engine import Stamp
from sync.wire.documents import read_plan, verify_package
from sync.wire.photos import read_photos


def test_a_photo_is_small_upright_and_says_nothing_of_where_it_was_taken() -> None:
    made = portrait(photographed.picture(size=(3000, 4000)))
    shown = Image.open(io.BytesIO(made))
    assert (shown.size, len(made) <= MAX_PHOTO) == (SIZE, True)
    assert b"school gate" in photographed.picture() and b"school gate" not in made
    assert not shown.getexif()


def test_what_is_transparent_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (30, 40), (0, 0, 0, 0)).save(out, "PNG")
    made = Image.open(io.BytesIO(portrait(out.getvalue())))
    assert min(made.getpixel((5, 5))) > 250


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><script>alert(1)</script>",
        b"\xff\xd8\xff\xe0 claims to be one \xff\xd9",
        photographed.picture()[:-200],
        photographed.picture("GIF"),
        photographed.picture("PNG", (9000, 9000)),
        photographed.picture() + bytes(8 * 2**20),
    ],
    ids=["empty", "page", "claims", "cut", "gif", "bomb", "large"],
)
def test_what_cannot_be_a_photo_is_refused(data: bytes) -> None:
    with pytest.raises(NotAPhoto):
        portrait(data)


@pytest.fixture
def rostered(desk: Desk) -> Desk:
    """A draft session with a roster of four."""
    desk.session()
    return desk


def admissions(desk: Desk) -> list[str]:
    with desk.hq.store.reading() as db:
        return [one.admission for one in rosters.candidate_plans(db, "morning")]


def take(desk: Desk, source: Path) -> photos.Taken:
    return photos.import_photos(desk.hq, BY, session="morning", source=source)


def test_photos_of_a_zip_travel_sealed_to_the_site_alone(rostered: Desk, tmp_path: Path) -> None:
    first, second, *others = admissions(rostered)
    files = {
        f"照片/{first}.JPG": photographed.picture(),
        f"照片/{second}.png": photographed.picture("PNG"),
        f"__MACOSX/._{first}.jpg": b"shadow",
        "readme.txt": b"x",
    }
    taken = take(rostered, photographed.packed(tmp_path / "photos.zip", files))
    assert taken == (2, tuple(others))
    package = releasing.publish(rostered.hq, BY, "morning")
    certificate = sites.certificate_of(rostered.hq, "site-01")
    opened = verify_package(package.path, certificate)
    plan = read_plan(opened, rostered.box.seal)
    found = read_photos(opened, rostered.box.seal, plan).photos
    assert found == {first: portrait(files[f"照片/{first}.JPG"]), second: found[second]}
    assert found[first] not in package.path.read_bytes()


def test_a_folder_is_taken_whole_or_not_at_all(rostered: Desk, tmp_path: Path) -> None:
    first, second, *_ = admissions(rostered)
    (tmp_path / f"{first}.jpg").write_bytes(photographed.picture())
    (tmp_path / f"{second}.jpg").write_bytes(b"<script>alert(1)</script>")
    (tmp_path / "2099.png").write_bytes(photographed.picture("PNG"))
    with pytest.raises(PhotosRefused) as caught:
        take(rostered, tmp_path)
    said = " ".join(problem.en for problem in caught.value.problems)
    assert f"{second}.jpg: no photo" in said and "2099.png: not an admission number" in said
    with rostered.hq.store.reading() as db:
        assert photos.photos_of(db, "morning").photos == {}
    (tmp_path / f"{second}.jpg").unlink()
    (tmp_path / "2099.png").unlink()
    assert take(rostered, tmp_path).taken == 1


@pytest.mark.parametrize(
    "bomb",
    [1, pytest.param(MAX_PHOTOS + 1, marks=pytest.mark.long)],
    ids=["one large member", "many members"],
)
def test_a_zip_bomb_fills_no_memory(rostered: Desk, tmp_path: Path, bomb: int) -> None:
    large = bytes(64 * 2**20) if bomb == 1 else b""
    files = {f"{admissions(rostered)[0]}{n}.jpg": large for n in range(bomb)}
    source = photographed.packed(tmp_path / "bomb.zip", files)
    with pytest.raises(PhotosRefused):
        take(rostered, source)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA], ids=["zlib", "lzma"])
def test_a_damaged_member_or_one_that_names_its_own_memory_is_refused(
    rostered: Desk, tmp_path: Path, method: int
) -> None:
    path = tmp_path / "photos.zip"
    with zipfile.ZipFile(path, "w", method) as packed:
        packed.writestr(f"{admissions(rostered)[0]}.jpg", photographed.picture())
    raw = bytearray(path.read_bytes())
    start = 30 + len(admissions(rostered)[0]) + len(".jpg")
    raw[start + 6 : start + 60] = b"\xff" * 54
    path.write_bytes(raw)
    with pytest.raises(PhotosRefused, match="1 problem"):
        take(rostered, path)


def test_what_is_nobodys_photo_or_a_second_one_is_not_even_decoded(
    rostered: Desk, tmp_path: Path
) -> None:
    first = admissions(rostered)[0]
    files = {f"{first}.jpg": photographed.picture()}
    files |= {f"{name}.jpg": b"nothing to decode" for name in (f"a/{first}", "2099", "c/2099")}
    with pytest.raises(PhotosRefused) as caught:
        take(rostered, photographed.packed(tmp_path / "photos.zip", files))
    said = [problem.en for problem in caught.value.problems]
    assert len(said) == 3 and not any("no photo" in one for one in said)


IN_LITTLE_MEMORY = """
import resource, sys
from sync.headquarters.content.portrait import portrait
data = open(sys.argv[1], "rb").read()
pages = int(open("/proc/self/statm").read().split()[0])
most = pages * resource.getpagesize() + 200 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (most, most))
portrait(data)
"""


def test_a_large_picture_of_few_bytes_takes_little_more_than_its_points(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    # 80 MB of points; whole copies of it for each step would be 480.
    path.write_bytes(photographed.picture("PNG", (4000, 5000)))
    command = [sys.executable, "-c", IN_LITTLE_MEMORY, str(path)]
    subprocess.run(command, check=True, timeout=60)


def test_what_is_no_zip_is_refused(rostered: Desk, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04 and nothing")
    with pytest.raises(PhotosRefused):
        take(rostered, tmp_path / "x.zip")


def test_a_published_session_takes_no_other_photos(rostered: Desk, tmp_path: Path) -> None:
    files = {f"{admissions(rostered)[0]}.jpg": photographed.picture()}
    source = photographed.packed(tmp_path / "photos.zip", files)
    releasing.publish(rostered.hq, BY, "morning")
    with pytest.raises(SessionPublished):
        take(rostered, source)


def test_a_photo_changed_between_two_signatures_needs_both_anew(
    rostered: Desk, tmp_path: Path
) -> None:
    one, other = releasing.release_keys(rostered.hq)
    first, second = Stamp("officer-1", BY.at), Stamp("officer-2", BY.at)
    files = {f"{admissions(rostered)[0]}.jpg": photographed.picture()}
    assert release.sign_release(rostered.hq, first, "morning", one) is None
    take(rostered, photographed.packed(tmp_path / "photos.zip", files))
    assert release.sign_release(rostered.hq, second, "morning", other) is None
