"""How figures look, and how they reach the disk: matplotlib (the extra `plots`), imported here alone and late.

The colours are Okabe and Ito's (2008), told apart by every kind of colour vision and, with the line styles, in grey.
"""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from saddlepoint.errors import SaddlepointError
from saddlepoint.files import write_atomic

DATA, FAKE, CRITIC, OTHER, INK, PALE = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#222222", "#B8B8B8"
SERIES = (DATA, FAKE, CRITIC, OTHER, "#E69F00", "#56B4E9", INK)
STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)))
SEQUENTIAL, DIVERGING = "cividis", "PuOr_r"
PRINT, SCREEN = 200, 100  # dots an inch: of a figure, and of a film's frames

Figure = Any  # matplotlib.figure.Figure and .axes.Axes, without importing them
Axes = Any


def require() -> None:
    """Fail early, and say how to mend it, where matplotlib is not installed."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise SaddlepointError(
            "figures need matplotlib, which is not installed", hint="pip install 'saddlepoint[plots]'"
        ) from error


def figure(rows: int = 1, columns: int = 1, width: float = 3.4, height: float = 2.8) -> tuple[Figure, list[Axes]]:
    """A figure of rows x columns panels, each width x height inches, and its axes in reading order."""
    require()
    from matplotlib.figure import Figure as Canvas

    canvas = Canvas(figsize=(columns * width, rows * height), layout="constrained")
    axes = canvas.subplots(rows, columns, squeeze=False)
    for ax in axes.flat:
        ax.spines[["top", "right"]].set_visible(False)
        ax.spines[["left", "bottom"]].set_color(PALE)
        ax.tick_params(labelsize=7.5, color=PALE, labelcolor=INK)
    return canvas, list(axes.flat)


def five(width: float = 3.0, height: float = 2.5) -> tuple[Figure, list[Axes]]:
    """Five panels in two rows, so that a page is wide enough for their letters; the last is as wide as two."""
    canvas, axes = figure(2, 3, width, height)
    canvas.get_layout_engine().set(wspace=0.05)
    axes.pop().remove()
    axes[-1].set_subplotspec(axes[-1].get_gridspec()[1, 1:])
    return canvas, axes


def label(ax: Axes, title: str, x: str = "", y: str = "") -> None:
    """Title and axis names, in the project's sizes."""
    ax.set_title(title, fontsize=9, color=INK, loc="left")
    ax.set_xlabel(x, fontsize=8, color=INK)
    ax.set_ylabel(y, fontsize=8, color=INK)


def legend(ax: Axes, **place: Any) -> None:
    """A legend without an edge, on white, so that lines do not run through it."""
    ax.legend(fontsize=7, edgecolor="none", facecolor="white", framealpha=0.85, handlelength=2.6, **place)


def picture(ax: Axes, values: Any, extent: Sequence[float], low: float, high: float, colours: str = SEQUENTIAL) -> Any:
    """values [rows, columns] over the extent (left, right, bottom, top), the first row at the bottom."""
    ax.spines[["left", "bottom"]].set_visible(False)
    return ax.imshow(
        values, extent=extent, vmin=low, vmax=high, cmap=colours, origin="lower", aspect="auto", interpolation="nearest"
    )


def scale(canvas: Figure, image: Any, axes: Sequence[Axes], name: str) -> None:
    """The bar that says which colour is which number."""
    bar = canvas.colorbar(image, ax=list(axes), fraction=0.05, pad=0.02)
    bar.set_label(name, fontsize=8, color=INK)
    bar.ax.tick_params(labelsize=7)
    bar.outline.set_visible(False)


def frame(canvas: Figure, dots: int = SCREEN) -> Any:
    """The figure as a Pillow picture, at so many dots an inch."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    canvas.set_dpi(dots)
    agg = FigureCanvasAgg(canvas)
    agg.draw()
    return Image.frombytes("RGBA", agg.get_width_height(), bytes(agg.buffer_rgba())).convert("RGB")


def save(canvas: Figure, folder: Path, name: str) -> Path:
    """Write folder/name.png, sharp enough for print."""
    path, data = folder / f"{name}.png", io.BytesIO()
    frame(canvas, PRINT).save(data, "png", optimize=True)
    write_atomic(path, data.getvalue())
    return path


def film(frames: Sequence[Any], folder: Path, name: str, milliseconds: int = 90) -> Path:
    """Write folder/name.gif, a loop that rests on its last frame.

    All frames share 256 colours, those of the first, the middle and the last one together: equal pixels stay equal, and
    only what moves is stored.
    """
    from PIL import Image

    path, data, (w, h) = folder / f"{name}.gif", io.BytesIO(), frames[0].size
    strip = Image.new("RGB", (w, 3 * h))
    for i, frame in enumerate((frames[0], frames[len(frames) // 2], frames[-1])):
        strip.paste(frame, (0, i * h))
    palette = strip.quantize(256, dither=Image.Dither.NONE)
    indexed = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    times = [milliseconds] * (len(frames) - 1) + [2500]
    options = {"save_all": True, "append_images": indexed[1:], "duration": times, "loop": 0, "disposal": 1}
    indexed[0].save(data, "gif", optimize=True, **options)
    write_atomic(path, data.getvalue())
    return path
