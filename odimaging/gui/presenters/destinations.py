"""The saved places to send to: kept in the settings, their passwords in the vault, tried before they are used. No Qt."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from odimaging.gui.presenters.asking import Asking, address_of, service_of
from odimaging.gui.presenters.submit import Submit
from odimaging.jobs import Job, JobProgress, Lane
from odimaging.model.errors import BadRequest, HostKeyUnknown, OdImagingError
from odimaging.model.ports import SftpTarget, Vault
from odimaging.repository.repository import Repository
from odimaging.repository.send import SendItem, SendRequest, SendResult
from odimaging.settings import Destination, Settings


def request_to(
    destination: Destination, password: str, items: tuple[SendItem, ...] = ()
) -> SendRequest:
    """What `Send` needs to bring items there. Raises InvalidField, MissingField for an address that is none."""
    address = address_of(destination)
    target = SftpTarget(address.host, address.port, destination.username, password)
    return SendRequest(target, address.remote_folder, items, destination.read_back)


class Destinations:
    """GUI thread only; vault and servers are asked on workers."""

    def __init__(
        self,
        repository: Repository,
        submit: Submit,
        vault: Vault,
        asking: Asking,
        load_settings: Callable[[], Settings],
        save_settings: Callable[[Settings], None],
    ) -> None:
        self._repository = repository
        self._submit = submit
        self._vault = vault
        self._asking = asking
        self._load_settings = load_settings
        self._save_settings = save_settings

    @property
    def saved(self) -> tuple[Destination, ...]:
        """The last used one first, the others by name."""
        settings = self._load_settings()
        return tuple(
            sorted(
                settings.destinations,
                key=lambda one: (one.name != settings.last_destination, one.name.casefold()),
            )
        )

    @property
    def can_remember(self) -> bool:
        """Whether this computer has a vault."""
        return self._vault.available

    def save(self, destination: Destination, instead_of: str = "") -> None:
        """A new one, or in place of the one of that name."""
        settings = self._load_settings()
        gone = {destination.name, instead_of}
        kept = tuple(one for one in settings.destinations if one.name not in gone)
        self._save_settings(replace(settings, destinations=(*kept, destination)))

    def remove(self, name: str) -> None:
        """And its password."""
        settings = self._load_settings()
        gone = [one for one in settings.destinations if one.name == name]
        kept = tuple(one for one in settings.destinations if one.name != name)
        self._save_settings(replace(settings, destinations=kept))

        def forget(_progress: JobProgress) -> None:
            for one in gone:
                with suppress(BadRequest):  # an address that is none has no password
                    self._vault.delete(service_of(address_of(one)), one.username)

        self._submit(Job("forget password", Lane.STORE, forget))

    def note_used(self, destination: Destination) -> None:
        """Offered first from now on."""
        self._save_settings(replace(self._load_settings(), last_destination=destination.name))

    def remember_password(self, destination: Destination, password: str) -> None:
        """In the vault of this computer."""

        def remember(_progress: JobProgress) -> None:
            service = service_of(address_of(destination))
            self._vault.set(service, destination.username, password)

        self._submit(Job("remember password", Lane.STORE, remember))

    def test(
        self,
        destination: Destination,
        password: str,
        done: Callable[[str], None],
        failed: Callable[[str], None],
    ) -> None:
        """Connect, sign in, look at the folder; an unknown server is asked about first."""
        request = request_to(destination, password)

        def work(progress: JobProgress) -> SendResult:
            return self._repository.send(request, progress)

        def refused(error: OdImagingError) -> None:
            if isinstance(error, HostKeyUnknown):
                self._asking.host(destination, error, start)
            failed(error.user_text)

        def start() -> None:
            self._submit(
                Job("test connection", Lane.TRANSFER, work),
                done=lambda _result: done("Connected. The server and its folder are ready."),
                failed=refused,
            )

        start()
