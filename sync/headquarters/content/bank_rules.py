"""The rules of docs/specs/bank.md that can be decided, each a pure function of what was written."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from sync.exam.items import Bank, Item, PracticalTask, Situation, in_text
from sync.exam.specification import Specification
from sync.headquarters.content.bank_kinds import KINDS
from sync.headquarters.content.likeness import NEARLY, likeness, pairs
from sync.words import Words

KIND_LETTERS = {
    "single": "S",
    "multiple": "M",
    "truth": "T",
    "entry": "E",
    "matching": "P",
    "ordering": "O",
    "scenario": "Q",
}
OPTION_IDS = "abcde"
# Shares of a file say something only when the file has this many items.
ENOUGH_FOR_SHARES = 20
MAX_MATERIAL = 2 * 1024 * 1024
_LEVEL_DIGITS = {"初级": "1", "中级": "2", "高级": "3"}
# The question turns on the negation: 哪…不属于, 不正确的是; but not 不粘锅 or 不超卖 in the story.
_NEGATED = re.compile(
    r"哪[^，。；、]{0,14}?不(?:属于|正确|符合|符|包括|恰当|合适|适合|妥当|适用|应|得|能|宜|可|需要?|必|会|是)"
    r"|不(?:属于|正确|符合|包括|恰当|合适|适合|妥当|应|得|能|宜|可以?)的?(?:是|有|为)?哪"
)


def item_problems(item: Item, specification: Specification) -> Iterator[Words]:
    """What one item breaks by itself."""
    yield from _identifier(item.id, KIND_LETTERS[item.kind], specification)
    if item.task not in specification.work_fields.get(item.field, ()):
        yield Words(f"任务「{item.task}」不属于该领域", f"task {item.task} is not of the field")
    if not 0.30 <= item.difficulty <= 0.90:
        yield Words("难度应为 0.30–0.90", "difficulty must be 0.30–0.90")
    if not item.reason.strip():
        yield Words("缺少理由", "reason is empty")
    yield from _stem(item.stem)
    if item.kind in KINDS:
        yield from KINDS[item.kind](item)
        return
    yield from _options(item)
    yield from _key(item)
    if item.rows:
        yield Words("只有匹配题有 rows", "only a matching item has rows")


def _identifier(name: str, letter: str, specification: Specification) -> Iterator[Words]:
    level = _LEVEL_DIGITS.get(specification.level.zh, "[0-9A-Z]+")
    pattern = rf"{specification.qualification}-{level}-[A-Z]-{letter}[0-9]{{2,3}}"
    if not re.fullmatch(pattern, name):
        yield Words(f"编号应形如 {pattern}", f"the identifier must be like {pattern}")


def _stem(stem: str) -> Iterator[Words]:
    if not 12 <= len(stem) <= 120:
        yield Words(f"题干 {len(stem)} 字，应为 12–120 字", f"stem of {len(stem)}, not 12–120")
    if not stem.rstrip("*").endswith("？"):
        yield Words("题干应以问号结尾", "the stem must end with a question mark")
    if stem.count("**") % 2:
        yield Words("着重号不成对", "an odd number of ** in the stem")
    if _NEGATED.search(re.sub(r"\*\*.*?\*\*", "", stem)):
        yield Words("否定词未加着重号", "the negation in the stem is not stressed")


def _options(item: Item) -> Iterator[Words]:
    texts = list(item.options.values())
    many = item.choice == "many"
    if "".join(item.options) != OPTION_IDS[: len(texts)]:
        yield Words("选项应依次为 a、b、c…", "options must be a, b, c … in order")
    if len(texts) not in ((4, 5) if many else (4,)):
        allowed = "4 或 5" if many else "4"
        yield Words(f"选项应为 {allowed} 个", f"{len(texts)} options, not {allowed}")
    for one, other in combinations(texts, 2):
        if one == other:
            yield Words(f"选项重复：{one}", f"two equal options: {one}")
        elif one in other or other in one:
            yield Words(f"选项互相包含：{one}／{other}", f"an option within another: {one}/{other}")
    if any("以上都" in text or "以上全" in text for text in texts):
        yield Words("不得使用「以上都／以上全」", "no 以上都 or 以上全")
    if item.kind == "single":
        yield from _lengths(texts)


def _lengths(texts: Sequence[str]) -> Iterator[Words]:
    lengths = sorted(len(text) for text in texts)
    others = lengths[:-1]
    if others and lengths[-1] > 2 * sum(others) / len(others) + 6:
        yield Words("最长选项过长", "the longest option is more than twice the others plus 6")


def _key(item: Item) -> Iterator[Words]:
    key, options = set(item.key), set(item.options)
    if len(key) < len(item.key) or not key <= options:
        yield Words("答案不在选项内或重复", "the key is not within the options")
    if item.choice == "one" and len(key) != 1:
        yield Words("单选应有 1 个答案", "one key needed")
    if item.choice == "many" and (not 2 <= len(key) <= 4 or len(key) == 5):
        yield Words("多选应有 2–4 个答案", "2 to 4 keys needed")
    if set(item.why) != options - key:
        yield Words("why 应恰好说明每个错误选项", "why must have exactly the wrong options")


def situation_problems(
    situation: Situation, used: bool, specification: Specification
) -> Iterator[Words]:
    """What one shared stem breaks."""
    yield from _identifier(situation.id, "C", specification)
    length = len(in_text(situation.text))
    if not 80 <= length <= 200:
        yield Words(f"情景 {length} 字，应为 80–200 字", f"text of {length}, not 80–200")
    if not situation.title.strip():
        yield Words("缺少标题", "title is empty")
    if len({len(row) for row in situation.table}) > 1:
        yield Words("表格各行列数不同", "rows of the table differ in length")
    if not used:
        yield Words("没有试题使用该情景", "no item uses this situation")


def share_problems(items: Sequence[Item]) -> Iterator[Words]:
    """What the items of one file break together; only said of files with enough single items."""
    singles = [i for i in items if i.kind == "single" and len(i.key) == 1]
    if len(singles) < ENOUGH_FOR_SHARES:
        return
    longest = sum(_key_is_longest(item) for item in singles)
    if longest > 0.40 * len(singles):
        yield Words(
            f"{longest}/{len(singles)} 道单选题的答案是最长选项，超过 40%",
            f"the key is the longest option in {longest} of {len(singles)} items, over 40 %",
        )
    places = Counter(item.key[0] for item in singles)
    for place in "abcd":
        if not 0.15 <= places[place] / len(singles) <= 0.35:
            yield Words(
                f"答案 {place} 占 {places[place]}/{len(singles)}，应为 15%–35%",
                f"key {place} in {places[place]} of {len(singles)} items, not 15–35 %",
            )
    yield from _combinations([i for i in items if i.kind == "multiple"])


def _combinations(multiples: Sequence[Item]) -> Iterator[Words]:
    if len(multiples) < ENOUGH_FOR_SHARES:
        return
    keys = Counter("".join(sorted(item.key)) for item in multiples)
    for key, count in keys.items():
        if count > 0.25 * len(multiples):
            yield Words(
                f"多选答案 {key} 占 {count}/{len(multiples)}，超过 25%",
                f"key {key} in {count} of {len(multiples)} multiple items, over 25 %",
            )


def _key_is_longest(item: Item) -> bool:
    key = len(item.options.get(item.key[0], ""))
    return all(key > len(text) for option, text in item.options.items() if option not in item.key)


def like_stems(items: Iterable[Item]) -> Iterator[tuple[str, str]]:
    """Pairs of items whose stems are equal or nearly so (in one situation: equal)."""
    grams = [(item, pairs(item.stem)) for item in items]
    for (one, a), (other, b) in combinations(grams, 2):
        if one.situation is None and other.situation is None:
            like = likeness(a, b) >= NEARLY
        else:
            like = one.stem == other.stem and one.situation == other.situation
        if like:
            yield one.id, other.id


def task_problems(task: PracticalTask, specification: Specification) -> Iterator[Words]:
    """What one practical task breaks, its materials aside."""
    weights = {w.name: w.weight for w in specification.component("practical").weights}
    if task.module not in weights:
        yield Words(f"没有模块「{task.module}」", f"no module {task.module}")
    elif task.marks != weights[task.module]:
        yield Words(
            f"评分点合计 {task.marks} 分，模块为 {weights[task.module]} 分",
            f"criteria add up to {task.marks}, the module weighs {weights[task.module]}",
        )
    if not 4 <= len(task.criteria) <= 8:
        yield Words("评分点应为 4–8 个", f"{len(task.criteria)} criteria, not 4–8")
    if not 2 <= len(task.deliverables) <= 4:
        yield Words("提交物应为 2–4 个", f"{len(task.deliverables)} deliverables, not 2–4")
    if any(c.marks < 1 for c in task.criteria):
        yield Words("评分点分值应为正整数", "a criterion without marks")
    yield from _deliverables(task)


def _deliverables(task: PracticalTask) -> Iterator[Words]:
    names = [d.id for d in task.deliverables]
    if len(set(names)) < len(names) or len({c.id for c in task.criteria}) < len(task.criteria):
        yield Words("提交物或评分点编号重复", "a deliverable or criterion id is given twice")
    judged = {c.deliverable for c in task.criteria}
    for name in sorted(judged ^ set(names)):
        yield Words(
            f"提交物 {name} 与评分点不对应", f"deliverable {name} and criteria do not match"
        )
    for deliverable in task.deliverables:
        if (deliverable.kind == "file") != bool(deliverable.accept):
            yield Words(
                f"提交物 {deliverable.id}：仅文件应写明 accept",
                f"deliverable {deliverable.id}: accept is for files, and needed for them",
            )


def minutes_problems(bank: Bank, specification: Specification) -> Iterator[Words]:
    """One task of each module together fills the practical paper's minutes."""
    tasks = list(bank.tasks.values())
    if not tasks:
        return
    practical = specification.component("practical")
    total = 0
    for module in practical.weights:
        minutes = {t.minutes for t in tasks if t.module == module.name}
        if not minutes:
            return
        if len(minutes) > 1:
            yield Words(f"模块「{module.name}」各任务时长不同", f"{module.name}: minutes differ")
        total += max(minutes)
    if total != practical.minutes:
        yield Words(
            f"各模块合计 {total} 分钟，应为 {practical.minutes} 分钟",
            f"modules take {total} minutes together, not {practical.minutes}",
        )
