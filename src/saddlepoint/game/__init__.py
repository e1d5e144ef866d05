"""The game: who plays, by which rules, and how a round goes."""
