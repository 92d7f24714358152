"""Pixels: pure functions, and the limited processes in which every decoder runs. No database, no Qt.

The path of a picture: its stored bytes enter `pool`, which implements the `Decoder` port in the program itself. A worker
there sends them with a JSON header (`wire`) to a decoder process (`decoder`, `child`), bound by `limits` before it sees a
foreign byte. In that process `commands` names what can be asked:

- `decode` tells the kind by content (`formats`) and calls `jpeg`, `rasters`, `dicom` or `pdf`: a `raster` of stored pixels,
  reduced while decoding if a box is wished for;
- `render` shows a single document: `paint` scales, windows, mirrors, turns and cuts, `ink` adds the drawings;
- `composite` shows a mount the same way, with `lettering` for its words;
- `encode` writes a file, `thumbnail` Open Dental's small ones.

The pixels come back through shared memory (`blocks`), or through the pipe if they are few, as a `Picture`.

Both sides share what is pure: `transform` (one affine map for the view and the renderer), `layout` (mounts),
`windowing` (lookup tables; what a view calls on each tick of a drag), `drawing` (what a stored drawing says), `formats`.
These use the standard library and numpy only; Pillow, pydicom, imagecodecs, simplejpeg and PDFium are loaded by the
decoder process alone. Nothing here looks at EXIF except to tell it (decision 33).
"""
