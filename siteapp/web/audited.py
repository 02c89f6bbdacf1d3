"""The acts of the audit log in the words of its page."""

from typing import Final

from sync.words import Words

ACTS: Final = {
    "absent": Words("记为缺考", "recorded as absent"),
    "add-user": Words("添加人员", "added staff"),
    "admit": Words("迟到准入", "admitted a late-comer"),
    "apply-rescue": Words("采用救援作答", "let rescued answers count"),
    "check-in": Words("核验身份", "checked in"),
    "close": Words("结束考试", "closed"),
    "collect": Words("强制收卷", "collected"),
    "extend": Words("补时", "make-up time"),
    "import": Words("导入试卷包", "imported a package"),
    "import-refused": Words("试卷包未通过核验", "package refused"),
    "incident": Words("记异常", "incident"),
    "late": Words("裁定迟到的作答", "decided on late answers"),
    "lift": Words("解除登录等待", "lifted a wait"),
    "lost-time": Words("决定所失时间", "decided on lost time"),
    "lower-hand": Words("处理举手", "came to a raised hand"),
    "message": Words("发消息", "message"),
    "move": Words("换座位", "moved"),
    "open": Words("开考", "opened"),
    "pull": Words("全员同时下载测速", "made all machines pull at once"),
    "readiness": Words("签发考前检查报告", "signed a readiness report"),
    "pause": Words("暂停考试", "paused"),
    "promote": Words("由备用服务器接管", "promoted the spare"),
    "readmit": Words("换机重新准入", "let in at another machine"),
    "refuse-rescue": Words("不采用救援作答", "refused rescued answers"),
    "reopen": Words("撤回交卷", "took a hand-in back"),
    "room-plan": Words("修改机房平面图", "changed the room plan"),
    "room-plan-undo": Words("撤销平面图的改动", "undid a change of the room plan"),
    "rescue": Words("导入救援文件", "took in a rescue file"),
    "rescue-refused": Words("救援文件未通过核验", "rescue file refused"),
    "resume": Words("恢复考试", "resumed"),
    "seat-agent-token": Words("下载考场令牌", "took the room's token"),
    "settle": Words("收尾核对", "settled at the end"),
    "sign-in": Words("登录", "signed in"),
    "unlock": Words("解锁试卷", "unlocked"),
    "unlock-refused": Words("解锁未成功", "unlock refused"),
    "violation": Words("记违纪", "violation"),
}
