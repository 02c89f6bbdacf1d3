"""Before the hour: sessions, rosters, papers, packages under two signatures, unlock codes."""
