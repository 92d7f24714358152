import pytest
from hypothesis import given
from hypothesis import strategies as st

from odimaging.model.errors import BadRequest, InvalidField, MissingField
from odimaging.model.sftp_address import SftpAddress, parse_sftp_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (
            "MySftpSite/myUsername/Documents/SmithJohn389.png",
            SftpAddress("MySftpSite", 22, "myUsername/Documents", "SmithJohn389.png"),
        ),
        (
            "MySftpSite/myUsername/Thumbnails/",
            SftpAddress("MySftpSite", 22, "myUsername/Thumbnails"),
        ),
        ("MySftpSite/myUsername/Mounts", SftpAddress("MySftpSite", 22, "myUsername/Mounts")),
        ("host", SftpAddress("host")),
        ("host/", SftpAddress("host")),
        ("host//", SftpAddress("host", absolute=True)),
        ("host/a.jpg", SftpAddress("host", 22, "", "a.jpg")),
        ("host//a.jpg", SftpAddress("host", 22, "", "a.jpg", absolute=True)),
        ("host//srv/in/a.jpg", SftpAddress("host", 22, "srv/in", "a.jpg", absolute=True)),
        ("host///srv//in/./a.jpg", SftpAddress("host", 22, "srv/in", "a.jpg", absolute=True)),
        ("host:2222/x/y", SftpAddress("host", 2222, "x/y")),
        ("SFTP://host:2222/x/y.pdf", SftpAddress("host", 2222, "x", "y.pdf")),
        ("  host/x  ", SftpAddress("host", 22, "x")),
        ("192.0.2.7/x", SftpAddress("192.0.2.7", 22, "x")),
        ("[2001:db8::7]/x/a.png", SftpAddress("2001:db8::7", 22, "x", "a.png")),
        ("sftp://[::1]:2222/x", SftpAddress("::1", 2222, "x")),
        ("bücher.example/x", SftpAddress("xn--bcher-kva.example", 22, "x")),
        ("host/Müller, Zoë/ü 1.jpg", SftpAddress("host", 22, "Müller, Zoë", "ü 1.jpg")),
        ("host/a%2F/b#c?.jpg", SftpAddress("host", 22, "a%2F", "b#c?.jpg")),
        ("host/.hidden", SftpAddress("host", 22, ".hidden")),
        ("host/v1.2/x", SftpAddress("host", 22, "v1.2/x")),
        ("host/a.", SftpAddress("host", 22, "a.")),
        ("host/a:b@c/d.png", SftpAddress("host", 22, "a:b@c", "d.png")),
    ],
)
def test_addresses(text: str, address: SftpAddress) -> None:
    assert parse_sftp_address(text) == address


@pytest.mark.parametrize("text", ["", " ", "\t\n"])
def test_blank(text: str) -> None:
    with pytest.raises(MissingField, match="SftpAddress is required"):
        parse_sftp_address(text)


BAD = [
    "/x",
    "//x",
    "sftp://",
    "sftp:///x",
    f"{'ä' * 64}.example/x",
    ":22/x",
    "host:/x",
    "host:0/x",
    "host:65536/x",
    "host:abc/x",
    "host:-1/x",
    "host:+22/x",
    "host: 22/x",
    "host:２２/x",
    "host:22:22/x",
    "host:000000022/x",
    "fe80::1/x",
    "[fe80::1/x",
    "[fe80::1]x/y",
    "[host]/x",
    "[]/x",
    "[192.0.2.1]/x",
    "user@host/x",
    "user:password@host/x",
    "sftp://user:password@host:22/x",
    "ftp://host/x",
    "http://host/x",
    "file:///etc/passwd",
    "C:\\Users\\x",
    "\\\\server\\share\\x",
    "host/a\\b.jpg",
    "host/../x.jpg",
    "host/a/..",
    "host//..",
    "..",
    "host name/x",
    "host,x/y",
    "-oProxyCommand=x/y",
    "a..b/x",
    ".host/x",
    "ho*st/x",
    "h" * 64 + "/x",
    ("a." * 127) + "com/x",
    "host/" + "x" * 256,
    "host/" + "é" * 128,
    "host/" + "x/" * 2046,
    "x" * 4096,
    *(f"host/a{bad}b.jpg" for bad in "\0\r\n\t\x1b\x7f\x85\u2028\u202e\u200b\ud800\ufeff"),
    "host\r\n/x",
]


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_address_says_why(text: str) -> None:
    with pytest.raises(InvalidField) as caught:
        parse_sftp_address(text)
    assert caught.value.user_text.endswith(".")
    assert "password@" not in caught.value.user_text
    caught.value.user_text.encode()


def test_the_port_field() -> None:
    assert parse_sftp_address("host/x", 2222).port == 2222
    assert parse_sftp_address("host:2222/x", 2222).port == 2222
    for text, port in (("host:22/x", 2222), ("host/x", 0), ("host/x", 65536), ("host/x", True)):
        with pytest.raises(InvalidField, match="SftpPort"):
            parse_sftp_address(text, port)


@pytest.mark.parametrize(
    ("text", "folder", "path", "location"),
    [
        ("host/x/a.png", "x", "x/a.png", "host/x/a.png"),
        ("host/x/", "x", "x/Own7.jpg", "host/x/Own7.jpg"),
        ("host", "", "Own7.jpg", "host/Own7.jpg"),
        ("host//", "/", "/Own7.jpg", "host//Own7.jpg"),
        ("sftp://host:99//s/t", "/s/t", "/s/t/Own7.jpg", "host:99//s/t/Own7.jpg"),
        ("[::1]:99/a.b", "", "a.b", "[::1]:99/a.b"),
    ],
)
def test_where_a_file_goes(text: str, folder: str, path: str, location: str) -> None:
    address = parse_sftp_address(text)
    assert address.remote_folder == folder
    assert address.remote_path("Own7.jpg") == path
    assert address.location("Own7.jpg") == location


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_a_sentence(text: str) -> None:
    for candidate in (text, f"host/{text}", f"sftp://{text}", f"host:{text}"):
        try:
            address = parse_sftp_address(candidate)
        except BadRequest as error:
            assert error.user_text
        else:
            assert ".." not in address.remote_path("a.jpg").split("/")


NAMES = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters="/\\"), min_size=1, max_size=20
)


@given(
    st.sampled_from(["host", "a.b.example", "192.0.2.1", "::1"]),
    st.integers(1, 65535),
    st.lists(NAMES.filter(lambda name: name not in (".", "..")), max_size=3),
    st.booleans(),
)
def test_a_location_leads_to_the_same_file(
    host: str, port: int, folders: list[str], absolute: bool
) -> None:
    address = SftpAddress(host, port, "/".join(folders), None, absolute)
    again = parse_sftp_address(address.location("Own7.jpg"))
    assert again.remote_path("other") == address.remote_path("Own7.jpg")
    assert (again.host, again.port) == (host, port)
