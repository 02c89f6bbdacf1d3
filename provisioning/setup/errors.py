"""Errors of setting up a machine: leaves under the branches of `sync.errors`.

EnvironmentFault ── RootNeeded  ReleaseIll  NotAsPlanned  StepFailed  Unfit  NotWell
InputRefused     ── AnswersRefused
NotNow           ── SittingRuns  NotAgreed  CutOff
NotFound         ── BundleMissing  RoomPlanMissing
"""

from sync.errors import EnvironmentFault, InputRefused, NotFound, NotNow
from sync.words import Words


class RootNeeded(EnvironmentFault):
    """What is asked changes the machine, and whoever asks may not."""

    code = "root-needed"
    message = Words("需要 root 权限：{what}", "Only root may do this: {what}")
    hint = Words("请在命令前加 sudo", "Put sudo before the command")


class ReleaseIll(EnvironmentFault):
    """The new release did not serve; the one before it is back, unless it says otherwise."""

    code = "release-ill"
    message = Words(
        "新版本 {after} 未能正常运行（{why}）；现在运行的是 {now}",
        "Release {after} did not serve ({why}); in use is {now}",
    )
    hint = Words(
        "考试不受影响；请把本消息告诉总部。查看原因：journalctl -u examsite-web",
        "The room is not affected; tell headquarters. The reason: journalctl -u examsite-web",
    )


class StepFailed(EnvironmentFault):
    """A command that a step runs did not end well; what was done before stands."""

    code = "step-failed"
    message = Words("这一步没有完成：{what}（{status}）", "Not done: {what} ({status})")
    hint = Words(
        "按上面的提示处理后再次运行 examsite-setup apply",
        "See what it says above, then run examsite-setup apply again",
    )


class Unfit(EnvironmentFault):
    """The machine lacks something; nothing was done."""

    code = "machine-unfit"
    message = Words("本机还不能安装：{says}", "This machine is not ready: {says}")
    hint = Words("{remedies}。然后再次运行", "{remedies}. Then run this again")


class NotWell(EnvironmentFault):
    """The doctor found what a person has to mend, or was not told to mend it."""

    code = "not-well"
    message = Words("还有 {count} 项需要处理：{names}", "{count} to be mended: {names}")
    hint = Words(
        "可自动处理的：sudo examsite-setup doctor --mend；其余照上面箭头后的办法做",
        "What mends itself: sudo examsite-setup doctor --mend; for the rest do what stands behind"
        " the arrow",
    )


class NotAsPlanned(EnvironmentFault):
    """Something of the machine is not as the plan wants it."""

    code = "not-as-planned"
    message = Words("{count} 项与计划不符：{names}", "{count} not as planned: {names}")
    hint = Words("请运行 sudo examsite-setup doctor", "Run sudo examsite-setup doctor")


class SittingRuns(NotNow):
    """Somebody sits, or the service does not say that nobody does."""

    code = "sitting-runs"
    message = Words("考试正在进行（{sessions}），不能升级或停止", "A sitting is open: {sessions}")
    hint = Words(
        "请在考试全部结束后再升级；确知无人考试时可设 EXAMSITE_ANYWAY=yes",
        "Upgrade when all sittings are closed; EXAMSITE_ANYWAY=yes if you know that nobody sits",
    )


class NotAgreed(NotNow):
    """The person did not agree to what would be done."""

    code = "not-agreed"
    message = Words("没有改动任何设置", "Nothing was changed")
    hint = Words(
        "可随时再次运行 examsite-setup apply", "Run examsite-setup apply again at any time"
    )


class CutOff(NotNow):
    """The person ended it in the middle of a step; every file is whole, old or new."""

    code = "cut-off"
    message = Words(
        "在「{step}」一步停下；此前的步骤已完成", "Ended at “{step}”; the steps before it are done"
    )
    hint = Words(
        "再次运行 examsite-setup apply，从停下的地方继续",
        "Run examsite-setup apply again; it goes on from there",
    )


class BundleMissing(NotFound):
    """Headquarters' bundle is not where the answers say."""

    code = "bundle-missing"
    message = Words("找不到总部登记包：{path}", "Headquarters' bundle is not there: {path}")
    hint = Words(
        "请插好 U 盘再运行；登记包丢失时请总部撤销并重新发放。其他步骤可先做：答案中去掉 bundle",
        "Put the stick in and run this again; if it is lost, headquarters withdraws it and makes"
        " another. All else can be done before: leave bundle out of the answers",
    )


class RoomPlanMissing(NotFound):
    """The room plan is not where the answers say."""

    code = "room-plan-missing"
    message = Words("找不到考场座位表：{path}", "The room plan is not there: {path}")
    hint = Words(
        "请插好 U 盘再运行；也可以稍后在页面「考场」中导入，答案中去掉 rooms",
        "Put the stick in and run this again; or leave rooms out and take it in on the page Rooms",
    )


class AnswersRefused(InputRefused):
    """The answer file names what is not asked, or answers it wrongly; nothing was done."""

    code = "answers-refused"
    message = Words("答案文件有 {count} 处问题：{path}", "{count} problems in {path}")
    hint = Words("请按所列逐条更正", "Correct each one listed")
