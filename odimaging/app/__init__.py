"""The composition root: the only package that knows every other. `office` opens a practice, `window` runs the program."""
