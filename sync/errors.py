"""Errors with a code, an exit status and a hint that a teacher can act on.

    ExamError
    ├── EnvironmentFault   3  the machine: port, disk, data folder, library
    │   ├── PortInUse  DiskTooFull  NotInitialised  AlreadyInitialised
    │   └── ForeignDataFolder  DataFolderBusy  SqliteTooOld  SecretMissing
    ├── DocumentRefused    4  a package, batch, receipt or certificate
    │   ├── NotADocument  DocumentTruncated  DocumentAltered  UnsupportedVersion
    │   ├── SignatureRefused  NotCanonical  WrongKind
    │   └── ForOtherSite  CannotOpen
    ├── UnlockRefused      5  codes heard by phone
    │   ├── MalformedCode  WrongUnlockCode
    │   └── MisheardGroup ── OtherOfficialsCode
    ├── InputRefused       6  what people hand in: rosters, banks, specifications
    │   ├── SpecificationRefused  BankRefused  BlueprintUnmet  MarksRefused  PlanRefused
    │   └── RosterRefused  RosterUnreadable
    ├── NotNow             7  right, but not in this state
    │   └── AlreadyThere  NotReady
    ├── Unreachable        8  the other end does not answer
    │   └── HeadquartersUnreachable
    ├── NotFound           9  no such site, session, candidate …
    └── NotAllowed        10  who asks may not

The site adds its own leaves in `siteapp.errors`. Exit status 2 stays with the command line parser.
"""

from collections.abc import Sequence
from typing import ClassVar

from sync.words import Language, Words


class ExamError(Exception):
    """Base of all errors a person may see; `facts` fill the message and the hint."""

    code: ClassVar[str] = "error"
    exit_status: ClassVar[int] = 1
    http_status: ClassVar[int] = 400
    message: ClassVar[Words] = Words("出错", "Something went wrong")
    hint: ClassVar[Words] = Words("请联系考务总部", "Call headquarters")

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.say("en"))

    def say(self, language: Language) -> str:
        """The message in `language`."""
        return self.message.fill(**self.facts).in_(language)

    def advise(self, language: Language) -> str:
        """What the person can do, in `language`."""
        return self.hint.fill(**self.facts).in_(language)

    def to_json(self) -> dict[str, object]:
        """{"code", "message": {zh, en}, "hint": {zh, en}} for pages and `--json`."""
        return {
            "code": self.code,
            "message": {"zh": self.say("zh"), "en": self.say("en")},
            "hint": {"zh": self.advise("zh"), "en": self.advise("en")},
        }


class EnvironmentFault(ExamError):
    """The machine is not as it must be."""

    exit_status = 3
    http_status = 503


class PortInUse(EnvironmentFault):
    """Another program listens on the address."""

    code = "port-in-use"
    message = Words("端口 {port} 已被其他程序占用", "Port {port} is already in use")
    hint = Words(
        "请关闭占用该端口的程序，或用 --port 指定其他端口",
        "Stop the other program, or choose another port with --port",
    )


class DiskTooFull(EnvironmentFault):
    """Less free room than the act needs."""

    code = "disk-too-full"
    http_status = 507
    message = Words(
        "磁盘空间不足：需要 {needed_mib} MiB，仅剩 {free_mib} MiB（{folder}）",
        "Disk too full: {needed_mib} MiB needed, {free_mib} MiB free in {folder}",
    )
    hint = Words(
        "请腾出空间后重试；已保存的作答不受影响",
        "Free some room and try again; saved responses are safe",
    )


class NotInitialised(EnvironmentFault):
    """The data folder was never set up."""

    code = "not-initialised"
    message = Words("数据文件夹尚未初始化：{folder}", "Data folder not set up: {folder}")
    hint = Words("请先运行 {command}", "Run {command} first")


class AlreadyInitialised(EnvironmentFault):
    """The data folder already holds an identity."""

    code = "already-initialised"
    message = Words("数据文件夹已初始化：{folder}", "Data folder already set up: {folder}")
    hint = Words(
        "如需另建，请用 --data 指定其他文件夹",
        "Choose another folder with --data to make a second one",
    )


class ForeignDataFolder(EnvironmentFault):
    """The data folder belongs to another site or another program."""

    code = "foreign-data-folder"
    message = Words(
        "数据文件夹属于 {owner}，不属于 {expected}：{folder}",
        "Data folder belongs to {owner}, not to {expected}: {folder}",
    )
    hint = Words(
        "请用 --data 指定本考点的文件夹；未作任何改动",
        "Point --data at this site's own folder; nothing was changed",
    )


class DataFolderBusy(EnvironmentFault):
    """Another process of ours has the data folder open."""

    code = "data-folder-busy"
    message = Words("另一个进程正在使用数据文件夹：{folder}", "Another process uses {folder}")
    hint = Words("同一文件夹只能运行一个服务", "Only one service can run on a folder")


class SqliteTooOld(EnvironmentFault):
    """SQLite with the WAL-reset corruption bug (3.7.0–3.51.2, see docs/design)."""

    code = "sqlite-too-old"
    message = Words(
        "SQLite {found} 有已知缺陷，需要 {needed} 以上",
        "SQLite {found} has a known fault; {needed} needed",
    )
    hint = Words(
        "请重新安装本软件附带的组件", "Install the components that ship with this software again"
    )


class SecretMissing(EnvironmentFault):
    """A key file is not there or not readable."""

    code = "secret-missing"
    message = Words("缺少密钥文件：{path}", "Key file missing: {path}")
    hint = Words(
        "请从备份恢复，或重新登记本考点", "Restore it from the backup, or enrol the site again"
    )


class DocumentRefused(ExamError):
    """A document did not pass its checks; nothing of it was used."""

    exit_status = 4
    http_status = 422
    hint = Words("请重新获取该文件；未作任何改动", "Fetch the file again; nothing was changed")


class NotADocument(DocumentRefused):
    """The bytes do not begin like one of our documents."""

    code = "not-a-document"
    message = Words("不是本系统的文件：{reason}", "Not one of our documents: {reason}")


class DocumentTruncated(DocumentRefused):
    """The file ends early: an interrupted copy or download."""

    code = "document-truncated"
    message = Words(
        "文件不完整：应为 {expected} 字节，实为 {found} 字节",
        "The file is cut short: {expected} bytes expected, {found} found",
    )
    hint = Words(
        "复制或下载中断了，请重新复制；未作任何改动",
        "The copy or download was interrupted; copy it again. Nothing was changed",
    )


class DocumentAltered(DocumentRefused):
    """Some byte differs from what was signed."""

    code = "document-altered"
    message = Words("文件已损坏或被改动：{where}", "The file is damaged or was altered: {where}")


class UnsupportedVersion(DocumentRefused):
    """A format version this release does not read."""

    code = "unsupported-version"
    message = Words("不支持的格式版本 {found}", "Format version {found} is not supported")
    hint = Words("请升级本软件", "Update this software")


class SignatureRefused(DocumentRefused):
    """No trusted key signed this, or too few did."""

    code = "signature-refused"
    message = Words("签名无效：{reason}", "Signature refused: {reason}")
    hint = Words(
        "文件不是由可信的一方签发，请勿使用并联系考务总部",
        "It was not issued by a trusted party; do not use it, call headquarters",
    )


class NotCanonical(DocumentRefused):
    """JSON that our writer would not have written (RFC 8785)."""

    code = "not-canonical"
    message = Words("文件格式不规范：{reason}", "Not in canonical form: {reason}")


class WrongKind(DocumentRefused):
    """A document of another kind than asked for."""

    code = "wrong-kind"
    message = Words(
        "文件类型不符：应为 {expected}，实为 {found}",
        "Wrong kind: {expected} expected, {found} found",
    )


class ForOtherSite(DocumentRefused):
    """A package made for another site."""

    code = "for-other-site"
    message = Words(
        "该文件属于考点 {found}，本考点为 {expected}",
        "This is for site {found}; this site is {expected}",
    )
    hint = Words(
        "请向考务总部索取本考点的文件；未作任何改动",
        "Ask headquarters for the one made for this site; nothing was changed",
    )


class CannotOpen(DocumentRefused):
    """Authentic, but none of our keys opens it."""

    code = "cannot-open"
    message = Words("本机密钥无法打开该文件：{reason}", "No key here opens it: {reason}")
    hint = Words("请联系考务总部核对考点登记", "Ask headquarters to check this site's enrolment")


class UnlockRefused(ExamError):
    """The papers stay sealed."""

    exit_status = 5
    http_status = 403


class MalformedCode(UnlockRefused):
    """Not 20 characters of the alphabet."""

    code = "malformed-code"
    message = Words(
        "第 {official} 组解锁码格式不对：{reason}", "Unlock code {official} is malformed: {reason}"
    )
    hint = Words(
        "解锁码共 20 个字符，分 4 段，每段 5 个；请重新听取",
        "A code has 20 characters in 4 groups of 5; hear it again",
    )


class MisheardGroup(UnlockRefused):
    """A group's check character does not fit: misheard or mistyped."""

    code = "misheard-group"
    message = Words(
        "第 {official} 组解锁码的第 {groups} 段听错或输错",
        "Unlock code {official}: group {groups} was misheard",
    )
    hint = Words("请只重新核对这一段", "Hear just that group again")


class OtherOfficialsCode(MisheardGroup):
    """A right code in the place of the other official's: no group fits, all fit over there."""

    code = "other-officials-code"
    message = Words(
        "第 {official} 组解锁码处填的是第 {other} 组解锁码",
        "That is unlock code {other}, in the place of code {official}",
    )
    hint = Words("请交换两组解锁码的位置", "Exchange the two codes")


class WrongUnlockCode(UnlockRefused):
    """Well-formed codes that do not open this package."""

    code = "wrong-unlock-code"
    message = Words("解锁码不属于这份试卷包", "These codes do not belong to this package")
    hint = Words(
        "请核对场次与考点，确认两位负责人读的是同一张解锁单",
        "Check session and site, and that both officials read the same sheet",
    )


class InputRefused(ExamError):
    """What a person handed in cannot be used; nothing of it was taken."""

    exit_status = 6
    http_status = 422
    problems: Sequence[Words] = ()

    def __init__(self, problems: Sequence[Words] = (), **facts: object) -> None:
        self.problems = tuple(problems)
        super().__init__(count=len(self.problems), **facts)

    def to_json(self) -> dict[str, object]:
        """As of every error, with the list of problems."""
        return super().to_json() | {"problems": [p._asdict() for p in self.problems]}


class SpecificationRefused(InputRefused):
    """A specification contradicts itself."""

    code = "specification-refused"
    message = Words("考试规格 {code} 有误：{reason}", "Specification {code} refused: {reason}")
    hint = Words("请更正该考试规格", "Correct the specification")


class BankRefused(InputRefused):
    """The bank breaks a rule of docs/specs/bank.md."""

    code = "bank-refused"
    message = Words("题库 {bank} 有 {count} 处问题", "Bank {bank}: {count} problems")
    hint = Words("请按所列逐条更正", "Correct each one listed")


class BlueprintUnmet(InputRefused):
    """The bank has too few items for a cell of the blueprint."""

    code = "blueprint-unmet"
    message = Words(
        "题库不足以组卷：「{cell}」需要 {needed} 题，仅有 {found} 题",
        "Too few items for cell “{cell}”: {needed} needed, {found} there",
    )
    hint = Words("请为该类补充试题", "Write more items for that cell")


class MarksRefused(InputRefused):
    """A sheet of practical marks that does not fit the session."""

    code = "marks-refused"
    message = Words(
        "成绩表有 {count} 处问题，未导入",
        "{count} problems in the sheet of marks; nothing imported",
    )
    hint = Words("请按所列逐条更正后重新导入", "Correct each one listed and import again")


class PlanRefused(InputRefused):
    """A session plan that contradicts itself."""

    code = "plan-refused"
    message = Words("场次 {session} 的安排有 {count} 处问题", "Session {session}: {count} problems")
    hint = Words("请按所列逐条更正", "Correct each one listed")


class RosterUnreadable(InputRefused):
    """The file is not a spreadsheet."""

    code = "roster-unreadable"
    message = Words("无法读取考生名单：{reason}", "Cannot read the roster: {reason}")
    hint = Words("请另存为 .xlsx 后重试", "Save it as .xlsx and try again")


class RosterRefused(InputRefused):
    """Rows or columns of a roster that cannot be right; every problem is listed."""

    code = "roster-refused"
    message = Words(
        "考生名单有 {count} 处问题，未导入", "{count} problems in the roster; nothing was imported"
    )
    hint = Words("请按所列逐条更正后重新导入", "Correct each one listed and import again")


class NotNow(ExamError):
    """The act is right but the state is not."""

    exit_status = 7
    http_status = 409


class AlreadyThere(NotNow):
    """It was done before; doing it again changes nothing."""

    code = "already-there"
    message = Words("{what} 已存在，未重复导入", "{what} is already there; not taken twice")
    hint = Words("无需再次操作", "Nothing more to do")


class NotReady(NotNow):
    """An earlier step is missing."""

    code = "not-ready"
    message = Words("现在不能进行：{reason_zh}", "Not now: {reason_en}")
    hint = Words("请先完成前一步", "Do the earlier step first")


class Unreachable(ExamError):
    """The other end does not answer."""

    exit_status = 8
    http_status = 502


class HeadquartersUnreachable(Unreachable):
    """No line to headquarters; nothing in the room waits for it."""

    code = "headquarters-unreachable"
    message = Words("无法连接考务总部：{reason}", "Headquarters cannot be reached: {reason}")
    hint = Words(
        "考试不受影响，恢复后自动继续；也可用 U 盘传送",
        "The sitting is not affected; it goes on by itself when the line is back, or use a stick",
    )


class NotFound(ExamError):
    """No such thing."""

    code = "not-found"
    exit_status = 9
    http_status = 404
    message = Words("找不到 {what}", "{what} not found")
    hint = Words("请核对后重试", "Check the name and try again")


class NotAllowed(ExamError):
    """Who asks may not."""

    code = "not-allowed"
    exit_status = 10
    http_status = 403
    message = Words("没有权限：{reason_zh}", "Not allowed: {reason_en}")
    hint = Words("请由有权限的人员操作", "Ask someone with that role")
