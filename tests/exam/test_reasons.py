"""What an error says why is said in the language of the page."""

import errno
import os
import re

import httpx
import pytest
import world

from siteapp.errors import StorageFailed, UploadRefused
from sync.errors import ExamError, SpecificationRefused
from sync.errors.system import system_words
from sync.exam.assumed import assume
from sync.transport import _reason
from sync.words import Words

CHINESE = re.compile(r"[一-鿿]")


def test_a_fact_in_two_languages_is_said_in_the_language_of_the_message() -> None:
    error = UploadRefused(reason=Words("已经上传完成", "it is finished"))
    assert error.say("zh") == "不能上传此文件：已经上传完成"
    assert error.say("en") == "This file cannot be taken: it is finished"
    assert error.to_json()["message"] == {"zh": error.say("zh"), "en": error.say("en")}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES])
def test_a_fault_of_the_disk_is_said_in_both_languages(number: int) -> None:
    error = StorageFailed(reason=system_words(OSError(number, os.strerror(number))))
    assert CHINESE.search(error.say("zh").partition("：")[2])
    assert not CHINESE.search(error.say("en"))


def test_a_fault_without_words_of_ours_keeps_the_systems_own() -> None:
    assert system_words(OSError(errno.EXDEV, "Cross-device link")).zh == "Cross-device link"
    assert system_words(OSError("no number")).zh == "OSError"


@pytest.mark.parametrize("error", [httpx.ConnectError("refused"), httpx.ReadTimeout("")])
def test_a_line_that_fails_is_said_in_both_languages(error: httpx.HTTPError) -> None:
    said = _reason(error)
    assert CHINESE.search(said.zh)
    assert said.en in ("refused", "ReadTimeout")


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("theory.full_mark", 120),
        ("theory.difficulty", [80, 30]),
        ("practical.assessors_at_least", 4),
    ],
)
def test_a_refused_rule_is_explained_in_both_languages(rule: str, value: object) -> None:
    with pytest.raises(ExamError) as refused:
        assume(world.LIVE, {rule: value})
    assert isinstance(refused.value, SpecificationRefused)
    reason = refused.value.say("zh").partition("有误：")[2]
    assert CHINESE.search(reason)
    assert not CHINESE.search(refused.value.say("en").partition("refused: ")[2].split("(")[0])
