"""The theorems as experiments: each module computes numbers (`run`), puts them in a table (`table`) and draws them."""
