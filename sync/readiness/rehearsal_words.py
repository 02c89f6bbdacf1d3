"""The check of the rehearsal in words."""

from typing import Final

from sync.words import Words

# Title, why, who, how of the check.
REHEARSAL: Final = (
    Words("试考与故障演练", "Rehearsal and fault drill"),
    Words(
        "只有亲眼看到断电断网时不丢作答的考点，当天才不慌；跳过的和未做的步骤不算通过",
        "Who has seen that nothing is lost without power or network stays calm on the day;"
        " steps skipped or not done do"
        " not pass",
    ),
    Words("考点管理员", "the site administrator"),
    Words("在“演练”页按提示逐步完成", "Follow the drill page step by step"),
)
