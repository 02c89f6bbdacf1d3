"""The command line's shared manners: language, errors with hint and exit status, tables, JSON."""

import json
import os
from collections import UserDict
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from sync.errors import ExamError, InputRefused, RightsMissing
from sync.words import Language


class OutFile(click.Path):
    """A file that a command writes; its folder must be there before anything is measured."""

    def __init__(self) -> None:
        super().__init__(path_type=Path, dir_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """As click does; a missing folder is the person's slip, not a fault of ours."""
        path: Path = click.Path.convert(self, value, param, ctx)  # type: ignore[assignment]
        if not path.parent.is_dir():
            zh = f"没有文件夹 {path.parent}，请先新建或另选位置"
            en = f"There is no folder {path.parent}: make it or choose another place"
            self.fail(zh if language(ctx) == "zh" else en, param, ctx)
        return path


OUT_FILE = OutFile()
# A folder that a command is given; it need not be there.
FOLDER = click.Path(path_type=Path, file_okay=False)
# A long list of problems is cut on the screen; --json has all of it.
MOST_SHOWN = 50
WIDE = 400
# Heads of tables in Chinese; in English a column's own name is its head.
HEADS = {
    "address": "地址",
    "admission": "准考证号",
    "answered": "已答",
    "archived": "已存档",
    "at": "时间",
    "basis": "依据",
    "batches": "数据包",
    "candidates": "考生",
    "certificate": "证书",
    "certificates": "证书",
    "change": "变化",
    "code": "代码",
    "component": "考核",
    "components": "考核",
    "digest": "摘要",
    "disk": "磁盘剩余",
    "easiness": "预计得分率",
    "edition": "版本",
    "events": "日志条数",
    "expires_at": "有效期止",
    "field": "工作领域",
    "file": "文件",
    "first": "第一天",
    "first_day": "有效期起",
    "form": "试卷",
    "forms": "试卷",
    "found": "测得",
    "from": "来自",
    "from_state": "原状态",
    "granted": "批准",
    "handed_in": "交卷",
    "here": "在本机",
    "host": "机器",
    "how": "交卷方式",
    "id": "编号",
    "item": "项目",
    "items": "题数",
    "key": "密钥",
    "key_id": "密钥",
    "kind": "类型",
    "last": "最近联系",
    "last_day": "有效期止",
    "levels": "级别",
    "listed": "已登记",
    "mac": "网卡地址",
    "majors": "专业",
    "marks": "得分",
    "memory": "内存",
    "minutes": "分钟",
    "model": "型号",
    "name": "名称",
    "number": "场次号",
    "of": "满分",
    "opens": "可打开",
    "outcome": "结果",
    "package_digest": "试卷包",
    "packed": "已打包",
    "phase": "阶段",
    "port": "端口",
    "practical": "实训成绩",
    "present": "到考",
    "problems": "问题",
    "reason": "原因",
    "reason_zh": "原因",
    "receipt": "回执码",
    "received": "已接收",
    "refused": "拒收",
    "registered": "报名",
    "remote": "远程控制",
    "repeated": "以前用过",
    "replaces": "更换",
    "request": "申请编号",
    "requested": "申请",
    "result": "结果",
    "role": "身份",
    "roles": "身份",
    "room": "考场",
    "row": "行",
    "rule": "规则",
    "sealed_to_key": "加密密钥",
    "seats": "座位",
    "second": "第二天",
    "sent": "已传",
    "sequence": "序号",
    "serial": "证书序号",
    "server_term": "服务器任期",
    "session": "场次",
    "shared": "同场重复",
    "since": "起",
    "site": "考点",
    "site_name": "考点名称",
    "sitting": "科目",
    "sittings": "科目",
    "size": "字节",
    "source": "出处",
    "specification": "考试规格",
    "standing": "状况",
    "starts_at": "开始",
    "state": "状态",
    "submitted": "交卷",
    "supplements": "补充",
    "taken_at": "后又收下",
    "theory": "理论成绩",
    "title": "名称",
    "to_state": "新状态",
    "unlocked": "已解锁",
    "until": "有效期止",
    "used": "已用",
    "used_at": "使用时间",
    "value": "取值",
    "waiting": "等待",
    "who": "经办人",
    "why": "理由",
    "words": "六个词",
    "year": "年度",
}


class ExamGroup(click.Group):
    """A click group that answers an ExamError with its message, hint and exit status."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; errors of ours and missing rights end it tidily, others stay loud."""
        try:
            return super().invoke(ctx)
        except ExamError as error:
            show_error(error, language(ctx))
            ctx.exit(error.exit_status)
        except PermissionError as error:
            refused = RightsMissing(path=str(error.filename or ctx.obj))
            show_error(refused, language(ctx))
            ctx.exit(refused.exit_status)


class Commands(UserDict[str, Any]):
    """The commands of a group, as click keeps them; a module is read when its command is asked for.

    Made of command → (module below `room`, name in it).
    """

    def __init__(self, room: str, places: Mapping[str, tuple[str, str]]) -> None:
        super().__init__(places)
        self._room = room

    def __getitem__(self, name: str) -> Any:
        module, found = self.data[name]
        return getattr(import_module(f"{self._room}.{module}"), found)


def language(ctx: click.Context | None = None) -> Language:
    """`--lang`, then EXAMSITE_LANG, then Chinese."""
    root = (ctx or click.get_current_context()).find_root()
    asked = root.params.get("lang") or os.environ.get("EXAMSITE_LANG", "zh")
    return "en" if str(asked).startswith("en") else "zh"


def say(zh: str, en: str, err: bool = False) -> None:
    """One line in the person's language."""
    click.echo(zh if language() == "zh" else en, err=err)


def show_error(error: ExamError, lang: Language) -> None:
    """Message, problems and hint on standard error."""
    label = "错误" if lang == "zh" else "Error"
    click.echo(f"{label} [{error.code}]：{error.say(lang)}", err=True)
    if isinstance(error, InputRefused):
        for problem in error.problems[:MOST_SHOWN]:
            click.echo(f"  · {problem.in_(lang)}", err=True)
        if len(error.problems) > MOST_SHOWN:
            click.echo(f"  … +{len(error.problems) - MOST_SHOWN}", err=True)
    click.echo(("提示：" if lang == "zh" else "Hint: ") + error.advise(lang), err=True)


def show_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A plain table on standard output; Chinese characters count double."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in head:
        shown = HEADS.get(column, column) if language() == "zh" else column
        table.add_column(shown, overflow="fold")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    console = Console(highlight=False)
    if not console.is_terminal:
        # Nobody's window: a long digest stays in one piece, to be copied or searched.
        console.width = WIDE
    console.print(table)


def show_json(value: object) -> None:
    """One line of JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str))
