"""Numbers that are keys. A PatNum passed for a DocNum does not type-check."""

from typing import NewType

DocNum = NewType("DocNum", int)
MountNum = NewType("MountNum", int)
MountItemNum = NewType("MountItemNum", int)
PatNum = NewType("PatNum", int)
DefNum = NewType("DefNum", int)
ProvNum = NewType("ProvNum", int)

OperationNumber = NewType("OperationNumber", str)
"""32 hex digits, random, one per operation: names the stage file, the row's token and the lock."""
