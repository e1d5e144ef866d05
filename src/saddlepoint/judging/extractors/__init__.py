"""Feature extractors: what a metric of pictures is computed on."""
