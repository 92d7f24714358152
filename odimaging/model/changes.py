"""What an operation altered, so that views refresh what they show of it."""

from dataclasses import dataclass

from odimaging.model.ids import DocNum, MountNum, PatNum


@dataclass(frozen=True, slots=True)
class Changes:
    """Patients, documents and mounts an operation altered, made or removed."""

    patients: frozenset[PatNum] = frozenset()
    documents: frozenset[DocNum] = frozenset()
    mounts: frozenset[MountNum] = frozenset()

    def __or__(self, other: "Changes") -> "Changes":
        """Both together."""
        return Changes(
            self.patients | other.patients,
            self.documents | other.documents,
            self.mounts | other.mounts,
        )

    def __bool__(self) -> bool:
        """True if anything changed."""
        return bool(self.patients or self.documents or self.mounts)

    @classmethod
    def of_document(cls, pat_num: PatNum, *doc_nums: DocNum) -> "Changes":
        """Documents of one patient."""
        return cls(frozenset({pat_num}), frozenset(doc_nums))
