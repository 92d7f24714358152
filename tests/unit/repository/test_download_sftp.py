import base64
from dataclasses import replace
from typing import Any

import pytest

from odimaging.model.errors import (
    BadRequest,
    Cancelled,
    ConnectFailed,
    DatabaseUnavailable,
    DocumentNotFound,
    HostKeyChanged,
    HostKeyUnknown,
    InvalidField,
    LoginFailed,
    MissingField,
    MountNotFound,
    RemoteFull,
    RemotePathError,
    TimedOut,
    TransferError,
)
from odimaging.model.ids import DocNum, MountNum
from odimaging.repository.download_sftp import (
    DownloadSftp,
    DownloadSftpRequest,
    DownloadSftpResult,
)
from tests.fakes.fake_decoder import plain_png, read_png
from tests.fakes.memory_unit_of_work import CommitFailure
from tests.fakes.scripted_remote import FINGERPRINT, LOGIN_FOLDER
from tests.unit.repository.sending_office import SendingOffice

PICTURE = plain_png(4, 3)
SITE = "MySftpSite/myUsername/Documents"


def download(office: SendingOffice, address: str, **fields: Any) -> DownloadSftpResult:
    operation = DownloadSftp(office.exporter, office.remote, office.database.unit_of_work)
    values = {"sftp_username": "myUsername", "sftp_password": "right", **fields}
    return operation(DownloadSftpRequest(address, **values))


@pytest.fixture
def office() -> SendingOffice:
    return SendingOffice()


@pytest.fixture
def doc_num(office: SendingOffice) -> DocNum:
    return office.place("SmithJohn389.png", PICTURE, doc_num=389, description="Pano")


def test_the_documented_document_example(office: SendingOffice, doc_num: DocNum) -> None:
    result = download(office, f"{SITE}/SmithJohn389.png", doc_num=doc_num)
    assert result.location == f"{SITE}/SmithJohn389.png"
    assert office.remote.content("myUsername/Documents/SmithJohn389.png") == PICTURE
    (target,) = office.remote.targets
    assert (target.host, target.port, target.username) == ("MySftpSite", 22, "myUsername")


def test_the_documented_mount_example(office: SendingOffice) -> None:
    mount, (item,) = office.database.add_mount(
        office.patient.pat_num, [(0, 0, 8, 6)], width=8, height=6, description="FMX"
    )
    office.place("a.png", plain_png(4, 3, 90, 90, 90), mount_item_num=item.mount_item_num)
    result = download(office, f"{SITE}/FMX.jpg", mount_num=mount.mount_num)
    assert result.location == f"{SITE}/FMX.jpg"
    pixels = read_png(office.remote.content("myUsername/Documents/FMX.jpg"))
    assert (pixels.shape[:2], int(pixels[3, 4, 0])) == ((6, 8), 90)


@pytest.mark.parametrize("address", [f"{SITE}/", SITE, f"sftp://{SITE}"])
def test_without_a_file_name_the_documents_own_is_used(
    office: SendingOffice, doc_num: DocNum, address: str
) -> None:
    result = download(office, address, doc_num=doc_num)
    assert result.location == f"{SITE}/SmithJohn389.png"
    assert office.remote.content("myUsername/Documents/SmithJohn389.png") == PICTURE


def test_without_a_file_name_a_mount_has_its_number(office: SendingOffice) -> None:
    mount, _ = office.database.add_mount(office.patient.pat_num, width=8, height=6)
    result = download(office, "host:2222/", mount_num=mount.mount_num)
    assert result.location == f"host:2222/Mount{mount.mount_num}.jpg"


def test_absolute_means_absolute(office: SendingOffice, doc_num: DocNum) -> None:
    result = download(office, "host//srv/in/a.png", doc_num=doc_num)
    assert result.location == "host//srv/in/a.png"
    assert office.remote.files == {"/srv/in/a.png": PICTURE}


def test_folders_are_made_and_files_overwritten(office: SendingOffice, doc_num: DocNum) -> None:
    for data in (b"before", PICTURE):
        office.store.put_live("SmithJohn15", "SmithJohn389.png", data)
        download(office, "host/a/b/c.png", doc_num=doc_num)
    assert office.remote.content("a/b/c.png") == PICTURE
    assert f"{LOGIN_FOLDER}/a/b" in office.remote.folders


def test_another_extension_is_drawn_as_that(office: SendingOffice, doc_num: DocNum) -> None:
    download(office, "host/a.jpg", doc_num=doc_num)
    assert office.decoder.calls == ["encoded", "rendered"]


def test_a_pending_document_is_materialised(office: SendingOffice) -> None:
    note = "_rawBase64_:.png_" + base64.b64encode(PICTURE).decode()
    document = office.database.add_document(office.patient.pat_num, "x", note=note)
    result = download(office, "host/", doc_num=document.doc_num)
    assert result.location == f"host/SmithJohn{document.doc_num}.png"
    assert document.doc_num in result.changes.documents


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"doc_num": 0}, MissingField),
        ({"doc_num": 389, "mount_num": 5}, MissingField),
        ({"doc_num": 389, "sftp_username": " "}, MissingField),
        ({"doc_num": 389, "sftp_password": ""}, MissingField),
        ({"doc_num": 389, "sftp_address": "  "}, MissingField),
        ({"doc_num": 389, "sftp_address": "host/../a.png"}, InvalidField),
        ({"doc_num": 389, "sftp_address": "u:p@host/a.png"}, InvalidField),
        ({"doc_num": 389, "sftp_port": 0}, InvalidField),
        ({"doc_num": 389, "sftp_address": "host/a.pdf"}, InvalidField),
        ({"doc_num": 389, "sftp_address": "host/a.exe"}, InvalidField),
        ({"doc_num": 390}, DocumentNotFound),
        ({"mount_num": 390}, MountNotFound),
    ],
)
@pytest.mark.usefixtures("doc_num")
def test_what_is_refused_before_anybody_is_called(
    office: SendingOffice, fields: dict[str, Any], error: type[Exception]
) -> None:
    values = {"sftp_address": "host/a.png", **fields}
    address = values.pop("sftp_address")
    with pytest.raises(error) as caught:
        download(office, address, **values)
    assert str(caught.value)
    assert office.remote.targets == []
    assert office.logged() == []


@pytest.mark.parametrize(
    "error",
    [
        ConnectFailed(),
        LoginFailed(),
        HostKeyUnknown("SHA256:x"),
        HostKeyChanged("SHA256:x", "SHA256:y"),
        RemotePathError("no"),
        RemoteFull(),
        TimedOut(),
    ],
)
@pytest.mark.parametrize("call", ["connect", "make_folders", "put"])
def test_sftp_errors_come_through_and_nothing_is_logged(
    office: SendingOffice, doc_num: DocNum, error: TransferError, call: str
) -> None:
    office.remote.raise_at(call, error)
    with pytest.raises(type(error)):
        download(office, "host/a/b.png", doc_num=doc_num)
    assert office.logged() == []
    assert office.remote.files == {}
    assert office.remote.open_connections == 0


def test_the_requests_own_host_key_counts(office: SendingOffice, doc_num: DocNum) -> None:
    office.remote.pinned = None
    with pytest.raises(HostKeyUnknown):
        download(office, "host/a.png", doc_num=doc_num)
    download(office, "host/a.png", doc_num=doc_num, sftp_host_key=FINGERPRINT)
    with pytest.raises(HostKeyChanged):
        download(office, "host/a.png", doc_num=doc_num, sftp_host_key="SHA256:other")
    assert office.remote.logins == 1


def test_a_picture_that_cannot_be_drawn_is_a_bad_request(office: SendingOffice) -> None:
    doc_num = office.place("a.png", PICTURE[:50])
    with pytest.raises(BadRequest, match="damaged"):
        download(office, "host/a.jpg", doc_num=doc_num)


def test_the_export_is_in_the_audit_log_with_where_it_went(
    office: SendingOffice, doc_num: DocNum
) -> None:
    download(office, "host:2222//srv/in/a.png", doc_num=doc_num)
    (entry,) = office.database.log
    assert (entry.perm_type, entry.fkey, entry.log_source) == (201, doc_num, 23)
    assert entry.log_text == (
        "Document Exported: SmithJohn389.png with description Pano with category X-rays"
        " to sftp://host:2222//srv/in/a.png"
    )


def test_a_mounts_export_is_in_the_audit_log(office: SendingOffice) -> None:
    mount, _ = office.database.add_mount(
        office.patient.pat_num, width=8, height=6, description="FMX"
    )
    download(office, "host/in/", mount_num=mount.mount_num)
    (entry,) = office.database.log
    assert (entry.perm_type, entry.fkey) == (201, mount.mount_num)
    assert entry.log_text == "Mount Exported: FMX to sftp://host/in"


def test_an_export_that_could_not_be_logged_is_not_acknowledged(
    office: SendingOffice, doc_num: DocNum
) -> None:
    office.database.fail_on_commit.append(CommitFailure.NOTHING_ARRIVED)
    with pytest.raises(DatabaseUnavailable):
        download(office, "host/a.png", doc_num=doc_num)


def test_the_password_is_nowhere(office: SendingOffice, doc_num: DocNum) -> None:
    office.remote.password = "Geheimnis"
    request = DownloadSftpRequest("host/a.png", "user", "Geheimnis", doc_num)
    result = DownloadSftp(office.exporter, office.remote, office.database.unit_of_work)(request)
    told = [repr(request), repr(result), repr(office.remote.targets), repr(office.database.log)]
    assert "Geheimnis" not in "".join(told)


def test_a_stop_leaves_nothing(office: SendingOffice, doc_num: DocNum) -> None:
    class Stop:
        def report(self, done: int, total: int, text: str = "") -> None:
            raise Cancelled

    operation = DownloadSftp(office.exporter, office.remote, office.database.unit_of_work)
    request = DownloadSftpRequest("host/a.png", "user", "right", doc_num)
    with pytest.raises(Cancelled):
        operation(request, Stop())
    assert office.remote.files == {}
    assert office.logged() == []


def test_numbers_that_are_both_or_neither_are_asked_for(office: SendingOffice) -> None:
    request = DownloadSftpRequest("host/a.png", "user", "right")
    operation = DownloadSftp(office.exporter, office.remote, office.database.unit_of_work)
    for one in (request, replace(request, doc_num=DocNum(1), mount_num=MountNum(1))):
        with pytest.raises(MissingField, match="DocNum or MountNum"):
            operation(one)
