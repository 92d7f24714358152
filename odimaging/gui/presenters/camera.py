"""Where the user looks: zoom and centre over a picture, as one frozen value. No Qt, no pixels.

Content coordinates are pixels of what is shown (a document after its edits, or a mount), origin top left, y down.
View coordinates are **device** pixels of the viewport, so that 1:1 is sharp at every display scale.
"""

from dataclasses import dataclass, replace

MAX_ZOOM = 32.0
"""Device pixels a content pixel."""
FIT_AT_MOST = 4.0
"""Fitting enlarges a small picture no further."""


@dataclass(frozen=True, slots=True)
class Camera:
    """``zoom`` device pixels a content pixel; (``x``, ``y``) the content point in the viewport's middle.

    ``fitted``: follows the viewport's size until the user zooms.
    """

    view_width: int
    view_height: int
    width: int
    height: int
    zoom: float = 1.0
    x: float = 0.0
    y: float = 0.0
    fitted: bool = True

    def to_view(self, x: float, y: float) -> tuple[float, float]:
        """Content to device pixels."""
        return (
            (x - self.x) * self.zoom + self.view_width / 2,
            (y - self.y) * self.zoom + self.view_height / 2,
        )

    def to_content(self, view_x: float, view_y: float) -> tuple[float, float]:
        """Device pixels to content."""
        return (
            (view_x - self.view_width / 2) / self.zoom + self.x,
            (view_y - self.view_height / 2) / self.zoom + self.y,
        )

    @property
    def origin(self) -> tuple[float, float]:
        """Where content (0, 0) lands; whole device pixels at zoom 1 and above, so that 1:1 shows stored values."""
        left, top = self.to_view(0.0, 0.0)
        return (float(round(left)), float(round(top))) if self.zoom >= 1 else (left, top)

    @property
    def fit_zoom(self) -> float:
        """The zoom at which everything is seen."""
        if not (self.width and self.height and self.view_width and self.view_height):
            return 1.0
        return min(self.view_width / self.width, self.view_height / self.height, FIT_AT_MOST)

    def fit(self) -> "Camera":
        """Everything, centred."""
        return replace(self, zoom=self.fit_zoom, x=self.width / 2, y=self.height / 2, fitted=True)

    def zoomed(self, zoom: float, view_x: float, view_y: float) -> "Camera":
        """To ``zoom``; the content under that view point stays under it, as far as the content's edges allow."""
        zoom = min(max(zoom, min(self.fit_zoom, 1.0) / 2), MAX_ZOOM)
        x, y = self.to_content(view_x, view_y)
        moved = replace(
            self,
            zoom=zoom,
            x=x - (view_x - self.view_width / 2) / zoom,
            y=y - (view_y - self.view_height / 2) / zoom,
            fitted=False,
        )
        return moved._clamped()

    def panned(self, dx: float, dy: float) -> "Camera":
        """Content follows the pointer by (dx, dy) device pixels."""
        moved = replace(self, x=self.x - dx / self.zoom, y=self.y - dy / self.zoom)
        return moved._clamped()

    def showing(self, x: float, y: float, width: float, height: float) -> "Camera":
        """A part of the content, as large as it fits."""
        if not (width and height):
            return self.fit()
        zoom = min(self.view_width / width, self.view_height / height, MAX_ZOOM)
        return replace(self, zoom=zoom, x=x + width / 2, y=y + height / 2, fitted=False)

    def resized(self, view_width: int, view_height: int) -> "Camera":
        """Another viewport: stays fitted, or keeps its middle."""
        camera = replace(self, view_width=view_width, view_height=view_height)
        return camera.fit() if camera.fitted else camera._clamped()

    def over(self, width: int, height: int) -> "Camera":
        """Other content: fitted, unless it has the same size."""
        if (width, height) == (self.width, self.height):
            return self
        return replace(self, width=width, height=height).fit()

    def _clamped(self) -> "Camera":
        return replace(
            self,
            x=_clamp(self.x, self.width, self.view_width / self.zoom),
            y=_clamp(self.y, self.height, self.view_height / self.zoom),
        )


def _clamp(middle: float, size: float, seen: float) -> float:
    """Content smaller than the viewport stays in its middle; larger content keeps the viewport filled."""
    if size <= seen:
        return size / 2
    return min(max(middle, seen / 2), size - seen / 2)
