"""What a run folder keeps, and how it is kept whole."""
