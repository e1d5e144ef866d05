"""Models of every kind beside each other: trained for the same time, measured in the same way, in one table."""
