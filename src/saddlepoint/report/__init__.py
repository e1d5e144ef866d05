"""The report: one HTML file that says what a run did, and needs nothing else to be read."""
