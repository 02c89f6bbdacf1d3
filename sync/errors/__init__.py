"""Errors with a code, an exit status and a hint that a teacher can act on.

    ExamError
    ├── EnvironmentFault   3  the machine: port, disk, data folder, library
    │   ├── PortInUse  DiskTooFull  NotInitialised  AlreadyInitialised ── AlreadyEnrolled
    │   ├── ForeignDataFolder  DataFolderBusy  SqliteTooOld  SecretMissing
    │   └── SecretDamaged  PrintingFailed  RightsMissing
    ├── DocumentRefused    4  a package, batch, receipt or certificate
    │   ├── NotADocument  DocumentTruncated  DocumentAltered  UnsupportedVersion
    │   ├── SignatureRefused  SecondSignatureMissing  NotCanonical  WrongKind
    │   ├── ForOtherSite  ForOtherPackage  CannotOpen
    │   ├── KeyRevoked  KeyExpired  OlderRegister
    │   └── BundleAltered  OtherRoot
    ├── UnlockRefused      5  codes heard by phone
    │   ├── MalformedCode  WrongUnlockCode
    │   └── MisheardGroup ── OtherOfficialsCode
    ├── InputRefused       6  what people hand in: rosters, banks, specifications
    │   ├── SpecificationRefused  BankRefused  BlueprintUnmet  MarksRefused  PlanRefused
    │   └── TooManyRepeats  RosterRefused  RosterUnreadable  WordUnknown
    ├── NotNow             7  right, but not in this state
    │   └── AlreadyThere  NotReady
    ├── Unreachable        8  the other end does not answer
    │   └── HeadquartersUnreachable
    ├── NotFound           9  no such site, session, candidate …
    └── NotAllowed        10  who asks may not
        └── EnrolmentRefused  its leaves are in sync.errors.enrolling

The site adds its own leaves in `siteapp.errors`. Exit status 2 stays with the command line parser.
"""

from sync.errors.branches import (
    AlreadyThere,
    DocumentRefused,
    EnvironmentFault,
    ExamError,
    HeadquartersUnreachable,
    InputRefused,
    NotAllowed,
    NotFound,
    NotNow,
    NotReady,
    UnlockRefused,
    Unreachable,
)
from sync.errors.documents import (
    CannotOpen,
    DocumentAltered,
    DocumentTruncated,
    ForOtherPackage,
    ForOtherSite,
    KeyExpired,
    KeyRevoked,
    MalformedCode,
    MisheardGroup,
    NotADocument,
    NotCanonical,
    OlderRegister,
    OtherOfficialsCode,
    SecondSignatureMissing,
    SignatureRefused,
    UnsupportedVersion,
    WrongKind,
    WrongUnlockCode,
)
from sync.errors.enrolling import (
    REFUSALS,
    AlreadyEnrolled,
    BundleAltered,
    BundleRefused,
    EnrolmentKeyMissing,
    EnrolmentRefused,
    InvitationExpired,
    InvitationForOtherSite,
    InvitationUsed,
    InvitationWaits,
    InvitationWithdrawn,
    OtherRoot,
    RequestTurnedAway,
    SecondPersonNeeded,
    SiteHasABox,
    UnknownToken,
    WordsDiffer,
    WordsMiscounted,
    WordUnknown,
)
from sync.errors.handed_in import (
    BankRefused,
    BlueprintUnmet,
    MarksRefused,
    PlanRefused,
    RosterRefused,
    RosterUnreadable,
    SpecificationRefused,
    TooManyRepeats,
)
from sync.errors.machine import (
    AlreadyInitialised,
    DataFolderBusy,
    DiskTooFull,
    ForeignDataFolder,
    NotInitialised,
    PortInUse,
    PrintingFailed,
    RightsMissing,
    SecretDamaged,
    SecretMissing,
    SqliteTooOld,
)

__all__ = [
    "REFUSALS",
    "AlreadyEnrolled",
    "AlreadyInitialised",
    "AlreadyThere",
    "BankRefused",
    "BlueprintUnmet",
    "BundleAltered",
    "BundleRefused",
    "CannotOpen",
    "DataFolderBusy",
    "DiskTooFull",
    "DocumentAltered",
    "DocumentRefused",
    "DocumentTruncated",
    "EnrolmentKeyMissing",
    "EnrolmentRefused",
    "EnvironmentFault",
    "ExamError",
    "ForOtherPackage",
    "ForOtherSite",
    "ForeignDataFolder",
    "HeadquartersUnreachable",
    "InputRefused",
    "InvitationExpired",
    "InvitationForOtherSite",
    "InvitationUsed",
    "InvitationWaits",
    "InvitationWithdrawn",
    "KeyExpired",
    "KeyRevoked",
    "MalformedCode",
    "MarksRefused",
    "MisheardGroup",
    "NotADocument",
    "NotAllowed",
    "NotCanonical",
    "NotFound",
    "NotInitialised",
    "NotNow",
    "NotReady",
    "OlderRegister",
    "OtherOfficialsCode",
    "OtherRoot",
    "PlanRefused",
    "PortInUse",
    "PrintingFailed",
    "RequestTurnedAway",
    "RightsMissing",
    "RosterRefused",
    "RosterUnreadable",
    "SecondPersonNeeded",
    "SecondSignatureMissing",
    "SecretDamaged",
    "SecretMissing",
    "SignatureRefused",
    "SiteHasABox",
    "SpecificationRefused",
    "SqliteTooOld",
    "TooManyRepeats",
    "UnknownToken",
    "UnlockRefused",
    "Unreachable",
    "UnsupportedVersion",
    "WordUnknown",
    "WordsDiffer",
    "WordsMiscounted",
    "WrongKind",
    "WrongUnlockCode",
]
