"""Picture files: the pixels of a corpus that lies on the disk as one file a face, read when they are asked for.

A corpus larger than memory works. Before anything is decoded, the first and the last bytes of each file tell whether
it is a whole picture; what is damaged in between shows when it is decoded, and then is an error that names the file.
PNG files carry checksums; of the others some damage decodes to a torn picture, and nothing tells.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from io import FileIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from fer_probe.faces.face_images import FacesError
from fer_probe.faces.reading_progress import STEP, told_progress

#: Endings of files that are taken for pictures.
PICTURE_ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".pgm"})
#: (top, left, bottom, right) of a face within its picture, as shares of height and width.
Box = tuple[float, float, float, float]

_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
#: How such a file begins, what its pixels begin with, and what ends it.
_ENDS = ((_PNG, b"IDAT", b"IEND"), (_JPEG, b"\xff\xda", b"\xff\xd9"))
_THREADS = 8


class PictureFiles:
    """Pictures on the disk as (N, C, H, W) uint8; ``pictures[i]``, ``pictures[start:stop]`` and index arrays read them.

    Every picture is brought to one size and to grey or colour.

    Attributes:
        shape: (N, C, H, W).
    """

    def __init__(
        self, files: Sequence[Path], shape: tuple[int, int, int], boxes: Sequence[Box | None] | None = None
    ) -> None:
        """Pictures of ``files`` as ``shape`` (C, H, W); ``boxes`` cut out the faces first."""
        self.files = np.array([str(file) for file in files], dtype=object)
        self.boxes = None if boxes is None else np.array([*boxes, None], dtype=object)[:-1]
        self.shape: tuple[int, int, int, int] = (len(files), *shape)

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def dtype(self) -> np.dtype[np.uint8]:
        """uint8."""
        return np.dtype(np.uint8)

    def __getitem__(self, index: Any) -> Any:
        """One picture (C, H, W), or several (n, C, H, W) for a slice, an index array or a mask.

        Raises:
            FacesError: a file that cannot be decoded; the message names it.
        """
        if isinstance(index, tuple):
            first, *rest = index if index[0] is not Ellipsis else (slice(None), *index)
            pictures = self[first]
            return pictures[tuple(rest) if pictures.ndim == 3 else (slice(None), *rest)]
        if isinstance(index, int | np.integer):
            return self._read(int(index))
        chosen = np.arange(len(self))[index]
        pictures = np.empty((len(chosen), *self.shape[1:]), np.uint8)
        for place, number in enumerate(chosen):
            pictures[place] = self._read(int(number))
        return pictures

    def pick(self, index: np.ndarray) -> "PictureFiles":
        """Some of the pictures, still unread."""
        boxes = None if self.boxes is None else list(self.boxes[index])
        return PictureFiles([Path(file) for file in self.files[index]], self.shape[1:], boxes)

    def _read(self, number: int) -> np.ndarray:
        file = Path(self.files[number])
        try:
            picture = decoded(file)
        except ValueError as error:
            raise FacesError(
                f"{file}: {error}; fer-probe faces --check lists all such files, load_faces(check=True) leaves them out"
            ) from error
        return fitted(cut_out(picture, None if self.boxes is None else self.boxes[number]), self.shape[1:])


def decoded(file: Path) -> np.ndarray:
    """A picture as it lies in its file: (1 or 3, H, W) uint8, colours as red, green, blue.

    Raises:
        ValueError: none can be read; the message says why and leaves out the name.
    """
    try:
        content = np.fromfile(file, np.uint8)
    except OSError as error:
        raise ValueError(f"cannot be opened ({error.strerror})") from error
    if not len(content):
        raise ValueError("an empty file")
    image = cv2.imdecode(content, cv2.IMREAD_UNCHANGED)
    if image is None:
        raise ValueError("cannot be decoded; it is damaged, or no picture")
    if image.dtype != np.uint8:
        raise ValueError(f"{8 * image.itemsize} bits a channel, expected 8")
    if image.ndim == 2:
        return np.asarray(image)[None]
    colours: np.ndarray = cv2.cvtColor(image[..., :3], cv2.COLOR_BGR2RGB).transpose(2, 0, 1)
    return colours


def fitted(picture: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """A picture (1 or 3, h, w) brought to (C, H, W): grey by ITU-R 601, or grey three times; resized where it must."""
    channels, height, width = shape
    image = np.ascontiguousarray(picture.transpose(1, 2, 0))
    if channels == 1 and image.shape[2] == 3:
        image = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None]
    if image.shape[:2] != (height, width):
        smaller = height < image.shape[0] or width < image.shape[1]
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
        image = image.reshape(height, width, -1)
    found: np.ndarray = np.broadcast_to(image.transpose(2, 0, 1), shape)
    return found


def cut_out(picture: np.ndarray, box: Box | None) -> np.ndarray:
    """The face of a picture (C, H, W), as its box tells; without one the whole picture."""
    top, left, bottom, right = window(box, *picture.shape[1:])
    return picture[:, top:bottom, left:right]


def window(box: Box | None, height: int, width: int) -> tuple[int, int, int, int]:
    """Top, left, bottom and right of a box in whole pixels, within the picture and never empty."""
    if box is None:
        return 0, 0, height, width
    top, left = min(max(round(box[0] * height), 0), height - 1), min(max(round(box[1] * width), 0), width - 1)
    return (
        top,
        left,
        min(max(round(box[2] * height), top + 1), height),
        min(max(round(box[3] * width), left + 1), width),
    )


def picture_size(file: Path) -> tuple[int, int]:
    """Height and width of a picture, by its header alone.

    Raises:
        ValueError: they cannot be told; the message says why and leaves out the name.
    """
    try:
        with Image.open(file) as opened:
            return opened.height, opened.width
    except OSError as error:
        raise ValueError(reasons_unreadable([file])[0] or "no picture with a size; its header is damaged") from error


def box_in_pixels(file: Path, left: float, top: float, right: float, bottom: float) -> Box:
    """The box that a rectangle in pixels is within a file's picture.

    Raises:
        ValueError: the rectangle holds nothing of the picture, or the picture's size cannot be told.
    """
    height, width = picture_size(file)
    if not (max(left, 0) < min(right, width) and max(top, 0) < min(bottom, height)):
        told = f"{left:g} to {right:g} across and {top:g} to {bottom:g} down"
        raise ValueError(f"a rectangle that holds nothing of the picture: {told}, the picture is {width}×{height}")
    return top / height, left / width, bottom / height, right / width


def is_picture_file(file: Path) -> bool:
    """Whether a file's name is a picture's; ``.DS_Store`` and ``._S010.png`` are none."""
    return file.suffix.lower() in PICTURE_ENDINGS and not file.name.startswith(".")


def reasons_unreadable(files: Sequence[Path], decode: bool = False) -> list[str | None]:
    """Why each file is no picture, or None where it seems to be one.

    Args:
        files: to look at, several at a time.
        decode: decode each; else only its first and last bytes are read, which finds what is missing, empty, of
            another kind, or cut off.
    """
    look = _reason_to_decode if decode else _reason_by_its_ends
    stretches = [files[start : start + STEP] for start in range(0, len(files), STEP)]
    with ThreadPoolExecutor(_THREADS) as pool:
        looked = (why for reasons in pool.map(lambda stretch: [*map(look, stretch)], stretches) for why in reasons)
        return list(told_progress(looked, "decoding pictures" if decode else "looking at pictures", len(files)))


def _reason_to_decode(file: Path) -> str | None:
    try:
        decoded(file)
    except ValueError as error:
        return str(error)
    return _reason_by_its_ends(file)  # some decoders fill what is cut off with grey


def _reason_by_its_ends(file: Path) -> str | None:
    try:
        with file.open("rb", buffering=0) as opened:
            head = opened.read(64)
            if not head:
                return "an empty file"
            whole = _has_its_end(opened, head)
    except FileNotFoundError:
        return "there is no such file"
    except OSError as error:
        return f"cannot be opened ({error.strerror})"
    if whole is False:
        return "is cut off: its end is missing"
    return None if whole or cv2.haveImageReader(str(file)) else "no picture that can be read"


def _has_its_end(opened: FileIO, head: bytes) -> bool | None:
    """Whether a PNG or JPEG ends as it should; None for another kind.

    Cameras and programs write things of their own behind the end, and a thumbnail with an end in front.
    """
    for begins, pixels, ends in _ENDS:
        if head.startswith(begins):
            opened.seek(max(0, opened.seek(0, 2) - 64))
            if ends in opened.read(64):
                return True
            opened.seek(0)
            content = opened.read()
            return content.rfind(ends) > content.rfind(pixels)
    return None
