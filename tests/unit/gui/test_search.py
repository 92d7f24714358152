"""Finding a patient."""

from odimaging.gui.presenters.search import SearchPresenter
from odimaging.settings import Settings
from tests.fakes.inline_runner import InlineSubmit
from tests.gui.desk_fakes import ANA, OLD, TAG, MemoryDesk, MemorySettings


def presenter(
    submit: InlineSubmit, settings: MemorySettings | None = None
) -> tuple[SearchPresenter, MemoryDesk, list[int]]:
    desk, told = MemoryDesk(), [0]
    settings = settings or MemorySettings()

    def changed() -> None:
        told[0] += 1

    search = SearchPresenter(desk.repository(), submit, settings.load, settings.save, changed)
    return search, desk, told


def test_an_empty_box_offers_recent_patients() -> None:
    settings = MemorySettings(Settings(recent_patients=(TAG.pat_num, 404, ANA.pat_num)))
    search, desk, told = presenter(InlineSubmit(), settings)
    search.start()
    assert search.patients == (TAG, ANA)
    assert desk.asked == ["index"]
    assert told[0] == 1


def test_typing_finds_and_an_older_answer_is_dropped() -> None:
    submit = InlineSubmit(hold=True)
    search, desk, _ = presenter(submit)
    search.type("r")
    search.type("riv")
    submit.release()
    assert desk.asked == ["riv"]
    assert search.patients == (ANA,)
    assert search.answered == "riv"


def test_no_match_offers_the_inactive_ones() -> None:
    search, _, _ = presenter(InlineSubmit())
    search.type("riverstone")
    assert search.none_found
    search.look_in_inactive()
    assert search.patients == (OLD,)
    assert not search.none_found
    search.type("riverst")
    assert search.none_found


def test_signs_without_a_letter_find_nobody() -> None:
    """Searched as nothing they brought the recent patients, and Enter opened the first of them."""
    settings = MemorySettings(Settings(recent_patients=(ANA.pat_num,)))
    search, desk, _ = presenter(InlineSubmit(), settings)
    search.start()
    search.type("???")
    assert search.none_found
    assert desk.asked == ["index"]


def test_clearing_shows_recent_again() -> None:
    settings = MemorySettings(Settings(recent_patients=(TAG.pat_num,)))
    search, _, _ = presenter(InlineSubmit(), settings)
    search.start()
    search.type("ana")
    assert search.patients == (ANA,)
    search.type("  ")
    assert search.patients == (TAG,)


def test_whoever_was_opened_is_first_and_nine_are_kept() -> None:
    settings = MemorySettings(Settings(recent_patients=tuple(range(100, 112))))
    search, _, _ = presenter(InlineSubmit(), settings)
    search.opened(ANA.pat_num)
    search.opened(TAG.pat_num)
    search.opened(ANA.pat_num)
    assert settings.settings.recent_patients[:3] == (ANA.pat_num, TAG.pat_num, 100)
    assert len(settings.settings.recent_patients) == 9
    assert search.recent == (ANA, TAG)
