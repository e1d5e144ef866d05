"""Pictures in integers that leave most of their range unused, as 0 and 1 do, or 12 bits in 16: nearly black."""

WHITE = {"uint8": 255, "uint16": 65535}


def dark(highest: int, dtype: str) -> tuple[str, ...]:
    """A note where the largest number is at most a quarter of white: of 16 bits, 14 or fewer.

    `highest` is that of all pictures, opacity left out; times a whole number, they would fill the range.
    """
    white = WHITE.get(dtype, 0)
    if 4 * highest > white or not white:
        return ()
    said = f"largest value is {highest:,} of {white:,}"
    return (
        (f"{said}: all is black",)
        if not highest
        else (f"{said}, nearly black: white is {white // highest} times as much",)
    )
