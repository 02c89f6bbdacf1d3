"""Errors of setting up a machine: leaves under the branches of `sync.errors`.

EnvironmentFault ── RootNeeded  ReleaseIll  NotAsPlanned  StepFailed  Unfit
InputRefused     ── AnswersRefused
NotNow           ── SittingRuns
"""

from sync.errors import EnvironmentFault, InputRefused, NotNow
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
    message = Words("本机还不能安装：{what}", "This machine is not ready: {what}")
    hint = Words("处理后再次运行", "Mend it and run this again")


class NotAsPlanned(EnvironmentFault):
    """Something of the machine is not as the plan wants it."""

    code = "not-as-planned"
    message = Words("{count} 项与计划不符：{names}", "{count} not as planned: {names}")
    hint = Words("请运行 examsite-setup apply", "Run examsite-setup apply")


class SittingRuns(NotNow):
    """Somebody sits, or the service does not say that nobody does."""

    code = "sitting-runs"
    message = Words("考试正在进行（{sessions}），不能升级或停止", "A sitting is open: {sessions}")
    hint = Words(
        "请在考试全部结束后再升级；确知无人考试时可设 EXAMSITE_ANYWAY=yes",
        "Upgrade when all sittings are closed; EXAMSITE_ANYWAY=yes if you know that nobody sits",
    )


class AnswersRefused(InputRefused):
    """The answer file names what is not asked, or answers it wrongly; nothing was done."""

    code = "answers-refused"
    message = Words("答案文件有 {count} 处问题：{path}", "{count} problems in {path}")
    hint = Words("请按所列逐条更正", "Correct each one listed")
