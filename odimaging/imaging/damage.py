"""What the decoders raise on damaged bytes: one table, so that nobody else has to guess."""

import struct
import zlib

DAMAGED = (
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    NotImplementedError,
    RecursionError,
    RuntimeError,
    SyntaxError,
    EOFError,
    OSError,
    Warning,
    struct.error,
    zlib.error,
)
"""Of Pillow, pydicom, imagecodecs, simplejpeg and PDFium. ``MemoryError`` is not among them: it means too large."""
