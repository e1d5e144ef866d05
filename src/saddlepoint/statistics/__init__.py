"""Statistics of samples: pure functions of features, in float64."""
