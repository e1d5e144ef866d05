"""Running a game: from a configuration to a session, its moments, and what it leaves."""
