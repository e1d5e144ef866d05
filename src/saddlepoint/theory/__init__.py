"""The theory of the game as formulas: densities, finite distributions and critics are arguments, nothing is trained."""
