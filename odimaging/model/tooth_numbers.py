"""Tooth numbers: text of users and of the API to the stored form, and back to ranges (facts §8).

Stored: ``1``–``32``, ``A``–``T``, supernumerary ``51``–``82`` and ``AS``–``TS``, expanded, comma separated, Universal.
"""

from collections.abc import Sequence

from odimaging.model.errors import InvalidField

PRIMARY = "ABCDEFGHIJKLMNOPQRST"

_PERMANENT_OF_PRIMARY: dict[str, int] = dict(
    zip(PRIMARY, [*range(4, 14), *range(20, 30)], strict=True)
)
_ORDINALS = (
    {str(number): number for number in range(1, 33)}
    | {letter: 33 + place for place, letter in enumerate(PRIMARY)}
    | {str(number + 50): number for number in range(1, 33)}
    | {f"{letter}S": -1 for letter in PRIMARY}
)
_TOOTH_OF_ORDINAL = {
    ordinal: tooth
    for tooth, ordinal in _ORDINALS.items()
    if ordinal > 0 and (not tooth.isdecimal() or int(tooth) <= 32)
}
_ARCH_ENDS = frozenset({16, 32})
"""Displayed runs break after these: upper to lower, permanent to primary."""


def parse(text: str | None) -> str:
    """The stored form. Raises InvalidField naming the entry. ``A-C`` is accepted, unlike in Open Dental (decision 24)."""
    packed = (text or "").replace(" ", "")
    if not packed:
        return ""
    teeth = [tooth for entry in packed.split(",") for tooth in _expanded(entry)]
    return ",".join(sorted(teeth, key=_ORDINALS.__getitem__))


def display(stored: str) -> str:
    """Runs of three or more as ``first-last``; one or two teeth as they stand."""
    teeth = [tooth for tooth in stored.replace(" ", "").split(",") if tooth]
    if len(teeth) < 3:
        return ",".join(teeth)
    teeth.sort(key=lambda tooth: _ORDINALS.get(tooth, 0))
    return ",".join(_shown(run) for run in _runs(teeth))


def _expanded(entry: str) -> list[str]:
    begin, hyphen, rest = entry.partition("-")
    if not hyphen:
        return [_valid(entry, entry)]
    first, last = _valid(begin, entry), _valid(rest.partition("-")[0], entry)
    low, high = _ORDINALS[first], _end(first, last)
    if high < low or low < 1:
        raise InvalidField(f"The tooth range {_quoted(entry)} is impossible.")
    return [_TOOTH_OF_ORDINAL[ordinal] for ordinal in range(low, high + 1)]


def _end(first: str, last: str) -> int:
    """Primary teeth end a range where the permanent one in their place does, unless it began with a primary one too."""
    if last in _PERMANENT_OF_PRIMARY and first not in _PERMANENT_OF_PRIMARY:
        return _PERMANENT_OF_PRIMARY[last]
    return _ORDINALS[last]


def _valid(tooth: str, entry: str) -> str:
    upper = tooth.upper()
    if upper not in _ORDINALS:
        raise InvalidField(f"{_quoted(entry)} is not a valid tooth number.")
    return upper


def _quoted(entry: str) -> str:
    """As typed, but short and printable."""
    return f"“{''.join(char for char in entry if char.isprintable())[:20]}”"


def _runs(teeth: Sequence[str]) -> list[list[str]]:
    runs: list[list[str]] = []
    for tooth in teeth:
        last = _ORDINALS.get(runs[-1][-1], 0) if runs else 0
        if runs and last not in _ARCH_ENDS and last > 0 and _ORDINALS.get(tooth, 0) == last + 1:
            runs[-1].append(tooth)
        else:
            runs.append([tooth])
    return runs


def _shown(run: Sequence[str]) -> str:
    return f"{run[0]}-{run[-1]}" if len(run) > 2 else ",".join(run)
