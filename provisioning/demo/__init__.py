"""The demonstration: a whole sitting on this machine, by the same commands and pages as ever."""
