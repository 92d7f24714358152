"""Where in the mouth, in words: "Upper right molar area" of the stored tooth numbers "2,3"."""

UPPER_RIGHT, UPPER_LEFT, LOWER_LEFT, LOWER_RIGHT = range(4)
PRIMARY = "ABCDEFGHIJKLMNOPQRST"
KINDS = ("incisor", "canine", "premolar", "molar")


def area(tooth_numbers: str) -> str:
    """Jaw, side and kind of teeth as far as they are the same; '' where nothing can be said."""
    places = [place for place in map(_place, tooth_numbers.split(",")) if place is not None]
    if not places:
        return ""
    upper = {quadrant in (UPPER_RIGHT, UPPER_LEFT) for quadrant, _ in places}
    right = {quadrant in (UPPER_RIGHT, LOWER_RIGHT) for quadrant, _ in places}
    kind = KINDS[max(kind for _, kind in places)]
    side = ("right" if True in right else "left") if len(right) == 1 else ""
    if len(upper) == 2:
        return " ".join(part for part in (side.capitalize(), f"{kind} bitewing") if part)
    jaw = "Upper" if True in upper else "Lower"
    return " ".join(part for part in (jaw, side, f"{kind} area") if part)


def _place(tooth: str) -> tuple[int, int] | None:
    """(quadrant, index into `KINDS`) of a permanent (1–32) or primary (A–T) tooth."""
    tooth = tooth.strip().upper()
    if tooth.isdecimal() and 1 <= int(tooth) <= 32:
        quadrant, rank = divmod(int(tooth) - 1, 8)
        from_middle = rank if quadrant % 2 else 7 - rank
        return quadrant, (0, 0, 1, 2, 2, 3, 3, 3)[from_middle]
    if len(tooth) == 1 and tooth in PRIMARY:
        quadrant, rank = divmod(PRIMARY.index(tooth), 5)
        from_middle = rank if quadrant % 2 else 4 - rank
        return quadrant, (0, 0, 1, 3, 3)[from_middle]
    return None
