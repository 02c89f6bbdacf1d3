"""What a step from a machine to a site is: it looks whether it is done, does it, undoes it."""

from typing import NamedTuple

from provisioning.privileged import Machine
from provisioning.setup.answers import Answers
from provisioning.setup.facts import Facts
from siteapp.config import Settings
from sync.words import Language, Words

DATA = "/var/lib/examsite"


class Around(NamedTuple):
    """What every step works with."""

    machine: Machine
    answers: Answers
    facts: Facts
    # The enrolment goes on until headquarters has heard the six words, however long that takes.
    waits: bool = False
    lang: Language = "zh"

    @property
    def address(self) -> str:
        """Where the room reaches this box."""
        return self.answers.address or (self.facts.addresses or ("",))[0]

    @property
    def room_host(self) -> str:
        """The name by which the room opens the exam."""
        return Settings.load(self.machine.at(DATA)).text("room_host")

    @property
    def enrolled(self) -> bool:
        """It is a site already."""
        return self.machine.at(f"{DATA}/certificate.json").exists()


class Step:
    """One part of the way."""

    name = ""
    why = Words("", "")

    def wanted(self, around: Around) -> bool:
        """Whether the answers ask for it, and the machine is ready for it."""
        return True

    def done(self, around: Around) -> bool:
        """As it should be."""
        raise NotImplementedError

    def about(self, around: Around) -> dict[str, object]:
        """What exactly is not as it should be, for the words of the finding."""
        return {}

    def do(self, around: Around) -> None:
        """Make it so."""
        raise NotImplementedError

    def undo(self, around: Around) -> None:
        """As it was before us; data stays."""


class Written(Step):
    """Files with a text that is known, and a unit that reads them."""

    unit = ""

    def texts(self, around: Around) -> dict[str, str]:
        """Path → text."""
        raise NotImplementedError

    def done(self, around: Around) -> bool:
        """Every file says what it should, and the unit that reads it is up."""
        machine = around.machine
        same = all(machine.read(path) == text for path, text in self.texts(around).items())
        return same and (not machine.runs or not self.unit or machine.active(self.unit))

    def do(self, around: Around) -> None:
        """Write, then have the unit read."""
        for path, text in self.texts(around).items():
            around.machine.write(path, text)
        around.machine.tell("daemon-reload")
        if self.unit:
            around.machine.tell("enable", self.unit)
            around.machine.tell("restart", self.unit)

    def undo(self, around: Around) -> None:
        """Debian's own again."""
        for path in self.texts(around):
            around.machine.remove(path)
        around.machine.tell("daemon-reload")
        if self.unit:
            around.machine.tell("try-restart", self.unit)
