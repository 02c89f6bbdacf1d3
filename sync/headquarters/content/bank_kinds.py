"""What an item of each kind must be that is no choice among options; docs/specs/bank.md."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations

from sync.exam.items import Item, fits, plain
from sync.words import Words

TRUTH = {"a": "正确", "b": "错误"}
OPTION_IDS, ROW_IDS = "abcdefg", "123456"
MOST_KEYS, LONGEST_KEY = 8, 60


def _truth(item: Item) -> Iterator[Words]:
    if item.options != TRUTH:
        yield Words("选项应为 a 正确、b 错误", "the options must be a 正确, b 错误")
    if len(item.key) != 1 or not set(item.key) <= TRUTH.keys():
        yield Words("应有 1 个答案", "one key needed")
    if item.why.keys() != TRUTH.keys() - set(item.key):
        yield Words("why 应恰好说明错误的一项", "why must have exactly the wrong option")
    yield from _without(item, rows=True)


def _entry(item: Item) -> Iterator[Words]:
    texts = [plain(text) for text in item.key]
    if not 1 <= len(texts) <= MOST_KEYS or len(set(texts)) < len(texts):
        yield Words("答案应为 1–8 个，互不相同", "1 to 8 different texts as key")
    if not all(0 < len(text) <= LONGEST_KEY for text in texts):
        yield Words("答案应为 1–60 字", "a key has 1 to 60 characters")
    if item.options:
        yield Words("填空题没有选项", "a text entry has no options")
    yield from _without(item, rows=True, why=True)


def _matching(item: Item) -> Iterator[Words]:
    rows, options = list(item.rows), list(item.options)
    yield from _listed(rows, ROW_IDS, 3, 6, Words("行", "rows"))
    yield from _listed(options, OPTION_IDS, 3, 7, Words("选项", "options"))
    yield from _distinct([*item.rows.values(), *item.options.values()])
    yield from _pairs(item, rows)
    yield from _without(item, why=True)


def _ordering(item: Item) -> Iterator[Words]:
    options = list(item.options)
    yield from _listed(options, OPTION_IDS, 3, 6, Words("选项", "options"))
    yield from _distinct(list(item.options.values()))
    yield from _pairs(item, [str(place + 1) for place in range(len(options))])
    if sorted(item.key) == [f"{place}{option}" for place, option in enumerate(options, start=1)]:
        yield Words("选项已按正确顺序排列", "the options stand in the right order")
    yield from _without(item, rows=True, why=True)


def _listed(
    given: Sequence[str], wanted: str, least: int, most: int, what: Words
) -> Iterator[Words]:
    if not least <= len(given) <= most or "".join(given) != wanted[: len(given)]:
        ids = "、".join(wanted[:most])
        yield Words(
            f"{what.zh}应为 {least}–{most} 个，依次为 {ids}",
            f"{least} to {most} {what.en}, in order from {wanted[0]}",
        )


def _distinct(texts: Sequence[str]) -> Iterator[Words]:
    for one, other in combinations(texts, 2):
        if plain(one) == plain(other):
            yield Words(f"文字重复：{one}", f"two equal texts: {one}")


def _pairs(item: Item, rows: Sequence[str]) -> Iterator[Words]:
    key, choice = item.key, item.choice
    whole = {pair[:-1] for pair in key} == set(rows) and len(key) == len(rows)
    # Which option goes with two rows is for the candidate to find out; with a key it never does.
    if not whole or not set(key) <= set(item.offered) or not fits("order", key):
        yield Words(
            "答案应为每行一个选项，选项不重复" if choice == "match" else "答案应为每个位置一个选项",
            "the key has one option for each row or place, none twice",
        )


def _without(item: Item, rows: bool = False, why: bool = False) -> Iterator[Words]:
    if rows and item.rows:
        yield Words("只有匹配题有 rows", "only a matching item has rows")
    if why and item.why:
        yield Words("本题型没有 why", "an item of this kind has no why")


KINDS: Mapping[str, Callable[[Item], Iterator[Words]]] = {
    "truth": _truth,
    "entry": _entry,
    "matching": _matching,
    "ordering": _ordering,
}
