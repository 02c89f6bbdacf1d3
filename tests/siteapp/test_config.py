"""The settings file: every problem listed, nothing of a wrong file used."""

from pathlib import Path

import pytest

from siteapp.config import SETTINGS, Settings, SettingsRefused


def load(folder: Path, text: str | bytes) -> Settings:
    content = text.encode() if isinstance(text, str) else text
    (folder / "settings.toml").write_bytes(content)
    return Settings.load(folder)


def problems(folder: Path, text: str | bytes) -> list[str]:
    with pytest.raises(SettingsRefused) as refused:
        load(folder, text)
    assert str(folder / "settings.toml") in refused.value.say("zh")
    assert refused.value.exit_status == 6
    assert all(problem.zh and problem.en for problem in refused.value.problems)
    return [problem.en for problem in refused.value.problems]


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    settings = Settings.load(tmp_path)
    assert (settings.text("host"), settings.number("port")) == ("127.0.0.1", 8500)
    for setting in SETTINGS:
        value = settings.number if isinstance(setting.default, int) else settings.text
        assert value(setting.name) == setting.default


def test_a_file_overrides_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    settings = load(tmp_path, 'port = 9000\nheadquarters = "https://hq.example"\n')
    assert settings.number("port") == 9000
    assert settings.text("headquarters") == "https://hq.example"
    assert settings.number("threads") == 64


def test_an_empty_file_is_as_good_as_none(tmp_path: Path) -> None:
    assert load(tmp_path, "# nothing yet\n").number("port") == 8500


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colour = 1", "no such setting: colour"),
        ("Port = 8500", "no such setting: Port"),
        ("[port]\nnumber = 1", "port has the wrong type"),
        ('port = "8500"', "port has the wrong type"),
        ("port = 8500.0", "port has the wrong type"),
        ("port = true", "port has the wrong type"),
        ("host = 1", "host has the wrong type"),
        ('host = ["127.0.0.1"]', "host has the wrong type"),
        ("port = 65536", "port must be at most 65535"),
        ("threads = 0", "threads must be above 0"),
        ("reserve_mib = -1", "reserve_mib must be above 0"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, said: str) -> None:
    assert problems(tmp_path, text) == [said]


def test_every_problem_of_a_file_is_listed_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, 'port = "x"\ncolour = 1\nthreads = -5\nhost = "0.0.0.0"\n')
    assert found == [
        "port has the wrong type",
        "no such setting: colour",
        "threads must be above 0",
    ]


@pytest.mark.parametrize("text", ["port = ", "port 8500", "port = 1\nport = 2", b"\xff\xfe=1"])
def test_a_file_that_is_no_settings_file_is_refused_with_the_place(
    tmp_path: Path, text: str | bytes
) -> None:
    assert len(problems(tmp_path, text)) == 1


def test_every_setting_says_what_it_means_in_both_languages() -> None:
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)
    for setting in SETTINGS:
        assert setting.meaning.zh and setting.meaning.en.isascii()
        assert setting.name.replace("_", "").isalpha()
