"""Named steps at which a test may stop the program; dead otherwise.

Every step of the reliability contract's section 1.3 calls ``failpoint`` with its name. Without a hook that is one
comparison. Only code that imports this module can arm it: no environment variable, file or option reaches it, so a
production process cannot be told to stop at a step.
"""

from collections.abc import Callable

_hook: Callable[[str], None] | None = None

FAILPOINTS: dict[str, str] = {}
"""Every name and what has just been done when it is passed. ``declare`` fills it at import; a test walks it."""


def declare(**steps: str) -> None:
    """Enter an operation's steps, ``import_staged="..."`` becoming ``import.staged``, at the import of its module."""
    for name, meaning in steps.items():
        FAILPOINTS[name.replace("_", ".", 1)] = meaning


def failpoint(name: str) -> None:
    """Pass the step ``name``; a declared name, or the test that arms it will complain."""
    if _hook is not None:
        _hook(name)


def arm(hook: Callable[[str], None] | None) -> None:
    """Let ``hook`` see each step from now on; ``None`` disarms. For the test runner only."""
    global _hook
    _hook = hook
