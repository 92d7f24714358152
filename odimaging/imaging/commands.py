"""What a decoder process can be asked: one function a method of the `Decoder` port."""

from odimaging.imaging import composite, decode, encode, render, thumbnail, wire
from odimaging.imaging.child import Call, Command, Reply
from odimaging.model.ports import PictureSource


def _source(call: Call) -> PictureSource:
    return wire.unpack_source(call.header["source"], call.payload)


def _warm(call: Call) -> Reply:
    """Importing this module has loaded the rest."""
    for kind in decode.SLOW:
        decode.slow_decoder(kind)
    return {}, None


def _inspect(call: Call) -> Reply:
    info = decode.inspect(call.payload, call.header["extension"])
    return {"info": wire.pack_info(info)}, None


def _picture(call: Call) -> Reply:
    source = _source(call)
    wanted = decode.Wanted(source.page, call.fit)
    return {}, decode.decode(source.data, source.extension, wanted, call.allocate)


def _rendered(call: Call) -> Reply:
    return {}, render.rendered(_source(call), call.fit, call.allocate)


def _encoded(call: Call) -> Reply:
    raster = render.rendered(_source(call), None)
    return {}, encode.encoded(raster.pixels, call.header["extension"])


def _mount_rendered(call: Call) -> Reply:
    mount = wire.unpack_mount_picture(call.header, call.payload)
    return {}, composite.composed(mount, call.fit, call.allocate)


def _mount_encoded(call: Call) -> Reply:
    mount = wire.unpack_mount_picture(call.header, call.payload)
    raster = composite.composed(mount, None)
    return {}, encode.encoded(raster.pixels, call.header["extension"])


def _text_item(call: Call) -> Reply:
    mount = wire.unpack_mount(call.header["mount"])
    item = wire.unpack_item(call.header["item"])
    return {}, composite.text_item(mount, item, call.header["text"])


def _thumbnail(call: Call) -> Reply:
    return {}, thumbnail.thumbnail(_source(call), call.header["extension"])


COMMANDS: dict[str, Command] = {
    "warm": _warm,
    "inspect": _inspect,
    "picture": _picture,
    "rendered": _rendered,
    "encoded": _encoded,
    "mount_rendered": _mount_rendered,
    "mount_encoded": _mount_encoded,
    "text_item": _text_item,
    "thumbnail": _thumbnail,
}
