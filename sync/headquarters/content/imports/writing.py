"""Items written out: a sheet in the columns that are read, its empty form, a QTI 3.0 package."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from html import escape

from sync.headquarters.content.drafts import KIND_WORDS, Draft
from sync.headquarters.content.html import html_to_text
from sync.headquarters.content.imports.packages import MANIFEST
from sync.headquarters.content.imports.sheets import LETTERS
from sync.headquarters.content.qti.writing import declared_xml, write_item
from sync.spreadsheet import sheet_bytes

HEAD = (
    "编号",
    "题型",
    "题干",
    *(f"选项{letter}" for letter in LETTERS),
    "答案",
    "分值",
    "难度",
    "解析",
    "情景",
    "工作领域",
    "工作任务",
)
_NONE = [""] * 8
_FOUR = [""] * 4
# Kind, stem and options; then key, marks, difficulty and reason.
EXAMPLES: tuple[tuple[list[str], list[str]], ...] = (
    (
        ["单选题", "直播间的“小黄车”指什么？", "购物车", "弹幕", "公告", "榜单", *_FOUR],
        ["A", "1", "0.8", "小黄车是直播间商品列表的入口。"],
    ),
    (
        ["多选题", "下列哪些属于开播前的检查？", "网络", "灯光", "声音", "退款", *_FOUR],
        ["ABC", "2", "中", "退款不属于开播前检查。"],
    ),
    (
        ["判断题", "直播间可以使用“国家级”宣传商品。", *_NONE],
        ["错", "1", "易", "《广告法》第九条禁止。"],
    ),
    (["填空题", "成交总额的英文缩写是____。", *_NONE], ["GMV", "1", "", ""]),
)
MANIFEST_SPACE = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
# What a sheet has no columns for.
NOT_IN_SHEETS = frozenset({"matching", "inline", "composite"})


def template_sheet() -> bytes:
    """The form to fill in, with an example of each kind."""
    rows = [["", *front, *back, "", "", ""] for front, back in EXAMPLES]
    return sheet_bytes("试题", HEAD, rows, spare_rows=200)


def items_sheet(drafts: Sequence[Draft]) -> bytes:
    """Items in the columns that are read; what a sheet cannot hold is left out (see left_out)."""
    rows = [_row(draft) for draft in drafts if draft.kind not in NOT_IN_SHEETS]
    return sheet_bytes("试题", HEAD, rows)


def left_out(drafts: Sequence[Draft]) -> list[str]:
    """The items that a sheet cannot hold."""
    return [draft.id for draft in drafts if draft.kind in NOT_IN_SHEETS]


def _row(draft: Draft) -> list[str]:
    letters = dict(zip(draft.options, LETTERS, strict=False))
    shown = draft.kind in ("single", "multiple", "ordering")
    options = [html_to_text(text) for text in draft.options.values()] if shown else []
    return [
        draft.id,
        KIND_WORDS[draft.kind].zh,
        html_to_text(draft.stem),
        *(options + [""] * 8)[:8],
        _key(draft, letters),
        f"{draft.marks:.12g}",
        "" if draft.difficulty is None else f"{draft.difficulty:.12g}",
        html_to_text(draft.reason),
        html_to_text(draft.situation),
        draft.field,
        draft.task,
    ]


def _key(draft: Draft, letters: Mapping[str, str]) -> str:
    if draft.kind == "truth":
        return "对" if draft.key == ("a",) else "错"
    if draft.kind == "entry":
        return "|".join(draft.key)
    if draft.kind == "ordering":
        return "".join(letters.get(pair.split(" ")[1], "?") for pair in draft.key)
    return "".join(letters.get(one, "?") for one in draft.key)


def package(drafts: Sequence[Draft], media: Mapping[str, bytes]) -> bytes:
    """A QTI 3.0 content package; the same items give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        resources = []
        for number, draft in enumerate(drafts, start=1):
            name = f"items/item-{number:05d}.xml"
            shown = [one for one in draft.media if one in media]
            files = "".join(f'<file href="{escape(one)}"/>' for one in [name, *shown])
            resources.append(
                f'<resource identifier="r{number}" type="imsqti_item_xmlv3p0" href="{name}">'
                f"{files}</resource>"
            )
            _put(packed, name, declared_xml(write_item(draft).replace('src="media/', _UP)))
        for name in sorted(media):
            _put(packed, name, media[name])
        _put(packed, MANIFEST, _manifest(resources).encode())
    return out.getvalue()


_UP = 'src="../media/'


def _manifest(resources: Sequence[str]) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<manifest xmlns="{MANIFEST_SPACE}" '
        'identifier="examsite"><metadata><schema>QTI Package</schema>'
        "<schemaversion>3.0.0</schemaversion></metadata><organizations/>"
        f"<resources>{''.join(resources)}</resources></manifest>"
    )


def _put(packed: zipfile.ZipFile, name: str, data: bytes) -> None:
    packed.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
