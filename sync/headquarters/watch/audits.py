"""Reading the audit: who did what, when, in words."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_, select

from sync.exam.specification import Struct
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import audit
from sync.moments import day_bounds
from sync.words import Words

# Every act that is recorded; tests/headquarters/test_audit.py finds one that has no words.
ACTS: Mapping[str, Words] = {
    "application.approve": Words("批准考点申报", "approved a site application"),
    "application.attach": Words("收下盖章申请表", "kept a stamped form"),
    "application.create": Words("录入考点申报", "entered a site application"),
    "application.edit": Words("修改考点申报", "changed a site application"),
    "application.form": Words("取阅盖章申请表", "took out a stamped form"),
    "application.refuse": Words("不批准考点申报", "refused a site application"),
    "application.return": Words("退回考点申报", "sent back a site application"),
    "application.revoke": Words("撤销考点批准", "revoked a site's approval"),
    "application.submit": Words("提交考点申报", "submitted a site application"),
    "backup.make": Words("写出总部副本", "wrote a copy of headquarters"),
    "backup.restore": Words("从副本恢复", "restored from a copy"),
    "batch.archive": Words("成绩数据包已存第二份", "batch copied to the archive"),
    "batch.quarantine": Words("文件被拒收，放入隔离区", "file refused, put in quarantine"),
    "batch.receive": Words("收到成绩数据包", "batch received"),
    "calendar.import": Words("导入考试日程", "imported a calendar"),
    "codes.show": Words("查看解锁码", "looked at unlock codes"),
    "correction.confirm": Words("确认答案更正", "confirmed a correction of a key"),
    "assessing.open": Words("开评分台", "opened a marking desk"),
    "assessing.refresh": Words("评分台纳入新答卷", "took new scripts to a marking desk"),
    "assessing.claim": Words("领取答卷", "took a script"),
    "assessing.return": Words("退回答卷", "gave a script back"),
    "assessing.judge": Words("评分", "gave marks"),
    "assessing.arbitrate": Words("转仲裁", "sent to an arbiter"),
    "review.open": Words("组成评审委员会", "set up a review committee"),
    "review.judge": Words("综合评审打分", "gave marks in a review"),
    "review.settle": Words("综合评审成绩评定", "settled a review's marks"),
    "assessing.settle": Words("成绩评定", "settled a candidate's marks"),
    "correction.propose": Words("提出答案更正", "proposed a correction of a key"),
    "correction.refuse": Words("驳回答案更正", "refused a correction of a key"),
    "corrections.export": Words("导出更正记录", "took the corrections as a sheet"),
    "file.archive": Words("上传的文件已存第二份", "uploaded file copied to the archive"),
    "file.receive": Words("收到上传的文件", "uploaded file received"),
    "incidents.export": Words("导出异常记录", "took the incidents as a sheet"),
    "items.draft": Words("试题退回待审核", "made an item a draft again"),
    "items.edit": Words("保存试题新版本", "saved a version of an item"),
    "items.export": Words("导出试题", "took items out of the bank"),
    "items.import": Words("导入试题", "imported items"),
    "items.retired": Words("停用试题", "retired an item"),
    "items.reviewed": Words("试题审核通过", "reviewed an item"),
    "keys.revoke": Words("吊销密钥", "revoked a key"),
    "keys.rotate": Words("换新密钥", "made a new key"),
    "keys.take": Words("取走密钥", "took a key away"),
    "marks.change": Words("以成绩表改动实训成绩", "changed a practical mark by a sheet"),
    "marks.import": Words("导入实训成绩", "imported practical marks"),
    "quarantine.copy": Words("下载被拒收的文件", "took a copy of a refused file"),
    "quarantine.retry": Words("重新接收被拒收的文件", "tried a refused file again"),
    "quota.set": Words("登记试点指标", "set a pilot quota"),
    "reconciliation.export": Words("导出核对表", "took the reconciliation as a sheet"),
    "results.mapping": Words("登记上报列对照表", "kept a mapping of columns"),
    "results.platform": Words("导出上报文件", "took a file for a certificate platform"),
    "results.propose": Words("提出发布成绩", "proposed results for release"),
    "results.qti": Words("导出 QTI 成绩报告", "took results as QTI reports"),
    "results.refuse": Words("撤回待发布的成绩", "took a proposal of results back"),
    "results.release": Words("发布成绩", "released results"),
    "results.statistics": Words("导出成绩统计", "took the statistics of results"),
    "results.transcripts": Words("打印成绩单", "printed transcripts"),
    "results.export": Words("导出成绩", "took results as a sheet"),
    "roster.extra-time": Words("安排加时", "granted extra time"),
    "roster.import": Words("导入名单", "imported a roster"),
    "roster.photos": Words("导入照片", "imported photos"),
    "roster.rests": Words("批准休息", "approved rests"),
    "rule.set": Words("修改假定的规则", "set an assumed rule"),
    "session.create": Words("新建场次", "made a session"),
    "session.publish": Words("发布场次", "published a session"),
    "session.score": Words("评分", "scored a session"),
    "session.sign": Words("第一位发布人签名", "first release signature"),
    "site.allow-replacement": Words("允许考点更换服务器", "allowed a replacement server"),
    "site.enrol": Words("考点凭邀请登记", "enrolled a site by invitation"),
    "site.invite": Words("向考点发出登记邀请", "invited a site to enrol"),
    "site.register": Words("登记考点", "registered a site"),
    "site.request": Words("收到考点登记请求", "enrolment request received"),
    "site.request-refused": Words("考点登记请求被拒", "enrolment request refused"),
    "site.unknown-token": Words("登记请求的令牌不明", "enrolment with an unknown token"),
    "site.withdraw-invitation": Words("撤回登记邀请", "withdrew an invitation"),
    "site.words-differ": Words("登记核对词不一致", "the six words differed"),
    "stick.release": Words("签发安装 U 盘", "released an installation stick"),
    "stick.sign": Words("签署安装 U 盘清单", "signed the list of an installation stick"),
    "update.publish": Words("发布软件更新", "published an update"),
    "update.serve": Words("开放在线下载软件更新", "gave sites an update over the line"),
    "update.sign": Words("签署软件更新", "signed an update"),
    "version.require": Words("要求考点软件版本", "required a version of sites"),
    "sitting.add": Words("新增科目", "added a sitting"),
    "staff.add": Words("新增账号", "added an account"),
    "staff.password": Words("重置密码", "reset a password"),
    "staff.sign-in": Words("登录", "signed in"),
    "staff.sign-out": Words("退出", "signed out"),
    "unlock.consent": Words("同意联网解锁", "agreed to unlock over the network"),
    "unlock.release": Words("向考点放行解锁码", "handed unlock codes to a site"),
}


class AuditRow(Struct, frozen=True):
    """One line; `what` is JSON."""

    id: int
    at: int
    who: str
    act: str
    what: str

    @property
    def said(self) -> Words:
        """The act in words."""
        return ACTS.get(self.act, Words(self.act, self.act))


class Filter(Struct, frozen=True):
    """Which lines: empty means all. `before` is a line's number: only older ones."""

    who: str = ""
    act: str = ""
    day: str = ""
    before: int | None = None


EVERYTHING = Filter()


def list_audit(
    headquarters: Headquarters, asked: Filter = EVERYTHING, limit: int = 500
) -> list[AuditRow]:
    """The newest lines first."""
    query = select(audit).where(_wanted(asked)).order_by(audit.c.id.desc()).limit(limit)
    with headquarters.store.reading() as db:
        return [AuditRow(**row) for row in db.execute(query).mappings()]


def _wanted(asked: Filter) -> ColumnElement[bool]:
    wanted = [audit.c.id > 0]
    if asked.who:
        wanted.append(audit.c.who == asked.who)
    if asked.act:
        wanted.append(audit.c.act == asked.act)
    if asked.day:
        first, after = day_bounds(asked.day)
        wanted += [audit.c.at >= first, audit.c.at < after]
    if asked.before is not None:
        wanted.append(audit.c.id < asked.before)
    return and_(*wanted)
