"""Errors of the site: leaves under the branches of `sync.errors`.

EnvironmentFault ── StorageFailed  FilesDamaged  DatabaseBehind  Overloaded  ServerFault
             NoRoomNetwork
DocumentRefused ── JournalDamaged  RescueOfAnother  RescueOfNobody
    CannotOpen ── RescueDamaged
    DocumentAltered ── RescueForged
    ForOtherSite ── RescueForOtherSite
InputRefused ── SaveRefused  SequenceReused  UploadRefused  QuotaSpent  UploadAltered
             RecoveryRefused  RequestRefused ── WrongMethod  TooLarge  EntryRefused
             NetworkTooWide  RoomPlanRefused  RoomSheetRefused  RoomSheetUnreadable
NotNow ── SeatMoved  SeatTaken  AlreadyHandedIn  TimeIsUp  TimeUndecided  NotOpenYet  TooEarly
             PartClosed  MissingSaves  OtherPackage  WrongOffset  ReserveMissing  RescueReplayed
             NothingRescued  ServerFenced  SpareNotPromoted  NotPaired  PairingRefused
             NotItsBeginning  StillResting
NotFound ── NoSuchPage  NoMachineFound
NotAllowed ── WrongSignIn  WrongSeat  TooManyTries ── StaffMustWait  TooFast  SignInNeeded
             WrongStaffSignIn  RoleNeeded  CrossOrigin  RescueTicketRefused
UnlockRefused ── UnlockWait  ReasonForEarly
NotNow ── CamerasBusy
NotNow ── LastAdministrator  AlreadyThere ── NameTaken
NotNow ── ReadinessMissing  NoMeasuring  RoomPlanChanged  NothingToUndo  Paused  TooLate
             NotCheckedIn  DrillNotNow  DrillStep
NotAllowed ── SecondNeeded  ReadmissionNeeded  WrongReadmission  StaffLocked  SebNeeded
EnvironmentFault ── SiteNotReady  CameraListDamaged  CamerasNotGood
InputRefused ── CameraRefused
NotFound ── NoSuchCamera  NoStill
"""

from siteapp.errors.answering import (
    AlreadyHandedIn,
    MissingSaves,
    NotOpenYet,
    PartClosed,
    SaveRefused,
    SeatMoved,
    SeatTaken,
    SequenceReused,
    StillResting,
    TimeIsUp,
    TimeUndecided,
    TooEarly,
)
from siteapp.errors.cameras import (
    CameraListDamaged,
    CameraRefused,
    CamerasBusy,
    CamerasNotGood,
    NoStill,
    NoSuchCamera,
)
from siteapp.errors.doors import (
    CrossOrigin,
    LastAdministrator,
    NameTaken,
    RoleNeeded,
    SignInNeeded,
    StaffMustWait,
    TooFast,
    TooManyTries,
    WrongSeat,
    WrongSignIn,
    WrongStaffSignIn,
)
from siteapp.errors.kept import (
    DatabaseBehind,
    FilesDamaged,
    JournalDamaged,
    OtherPackage,
    ReserveMissing,
    StorageFailed,
)
from siteapp.errors.lan import NetworkTooWide, NoMachineFound, NoRoomNetwork
from siteapp.errors.readiness import (
    DrillNotNow,
    DrillStep,
    NoMeasuring,
    NoSessionYet,
    ReadinessMissing,
    SiteNotReady,
)
from siteapp.errors.requests import (
    EntryRefused,
    NoSuchPage,
    Overloaded,
    RequestRefused,
    ServerFault,
    TooLarge,
    WrongMethod,
)
from siteapp.errors.rescue import (
    NothingRescued,
    RescueDamaged,
    RescueForged,
    RescueForOtherSite,
    RescueOfAnother,
    RescueOfNobody,
    RescueReplayed,
    RescueTicketRefused,
)
from siteapp.errors.room import (
    NotCheckedIn,
    Paused,
    ReadmissionNeeded,
    SebNeeded,
    SecondNeeded,
    StaffLocked,
    TooLate,
    WrongReadmission,
)
from siteapp.errors.rooms import (
    NothingToUndo,
    RoomPlanChanged,
    RoomPlanRefused,
    RoomSheetRefused,
    RoomSheetUnreadable,
)
from siteapp.errors.servers import (
    NotItsBeginning,
    NotPaired,
    PairingRefused,
    RecoveryRefused,
    ServerFenced,
    SpareNotPromoted,
)
from siteapp.errors.unlock import ReasonForEarly, UnlockWait
from siteapp.errors.uploads import (
    QuotaSpent,
    UploadAltered,
    UploadRefused,
    WrongOffset,
)

__all__ = [
    "AlreadyHandedIn",
    "CameraListDamaged",
    "CameraRefused",
    "CamerasBusy",
    "CamerasNotGood",
    "CrossOrigin",
    "DatabaseBehind",
    "DrillNotNow",
    "DrillStep",
    "EntryRefused",
    "FilesDamaged",
    "JournalDamaged",
    "LastAdministrator",
    "MissingSaves",
    "NameTaken",
    "NetworkTooWide",
    "NoMachineFound",
    "NoMeasuring",
    "NoRoomNetwork",
    "NoSessionYet",
    "NoStill",
    "NoSuchCamera",
    "NoSuchPage",
    "NotCheckedIn",
    "NotItsBeginning",
    "NotOpenYet",
    "NotPaired",
    "NothingRescued",
    "NothingToUndo",
    "OtherPackage",
    "Overloaded",
    "PairingRefused",
    "PartClosed",
    "Paused",
    "QuotaSpent",
    "ReadinessMissing",
    "ReadmissionNeeded",
    "ReasonForEarly",
    "RecoveryRefused",
    "RequestRefused",
    "RescueDamaged",
    "RescueForOtherSite",
    "RescueForged",
    "RescueOfAnother",
    "RescueOfNobody",
    "RescueReplayed",
    "RescueTicketRefused",
    "ReserveMissing",
    "RoleNeeded",
    "RoomPlanChanged",
    "RoomPlanRefused",
    "RoomSheetRefused",
    "RoomSheetUnreadable",
    "SaveRefused",
    "SeatMoved",
    "SeatTaken",
    "SebNeeded",
    "SecondNeeded",
    "SequenceReused",
    "ServerFault",
    "ServerFenced",
    "SignInNeeded",
    "SiteNotReady",
    "SpareNotPromoted",
    "StaffLocked",
    "StaffMustWait",
    "StillResting",
    "StorageFailed",
    "TimeIsUp",
    "TimeUndecided",
    "TooEarly",
    "TooFast",
    "TooLarge",
    "TooLate",
    "TooManyTries",
    "UnlockWait",
    "UploadAltered",
    "UploadRefused",
    "WrongMethod",
    "WrongOffset",
    "WrongReadmission",
    "WrongSeat",
    "WrongSignIn",
    "WrongStaffSignIn",
]
