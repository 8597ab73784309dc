"""npy, npz, zip and picture files, and what files say of purpose, classes and ink."""

import gzip
import io
import struct
import time
import zipfile
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from nn.data import archives, gzipped, image_files, images, png, read_folder, read_images
from nn.data.arrays import looks_like_npy, read_npy
from nn.data.labels import Classes, aligned, classes_of, positions, tidied
from nn.data.picture_files import declared_size, decode_with_pillow, flattened
from nn.data.purpose import classes_by_name, for_testing


def shapes(count: int, height: int = 20, width: int = 20, seed: int = 0) -> np.ndarray:
    """Light rectangles on black: (count, height, width) uint8."""
    rng = np.random.default_rng(seed)
    found = np.zeros((count, height, width), np.uint8)
    for picture in found:
        top, left = rng.integers(2, height // 2), rng.integers(2, width // 2)
        picture[top : top + 6, left : left + 4] = rng.integers(60, 256)
    return found


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


def npz(**named: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **named)
    return file.getvalue()


def picture(pixels: np.ndarray, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()


def packed(files: dict[str, bytes], **options: object) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", **options) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


GREY = shapes(12)
LABELS = np.array([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8])


# ---- npy and npz.


@pytest.mark.parametrize(
    "names",
    [
        ("x_train", "y_train", "x_test", "y_test"),
        ("train_images", "train_labels", "test_images", "test_labels"),
        ("X", "y", "X_val", "y_val"),
    ],
)
@pytest.mark.parametrize("label_shape", [(-1,), (-1, 1)])
def test_an_npz_holds_both_purposes(names, label_shape):
    given = (GREY, LABELS.reshape(label_shape), GREY[:5], LABELS[:5].reshape(label_shape))
    found = read_images({"mnist.npz": npz(**dict(zip(names, given, strict=True)))})
    assert np.array_equal(found.train.inputs[..., 0], GREY)
    assert found.train.targets.tolist() == LABELS.tolist()
    assert found.test.targets.tolist() == LABELS[:5].tolist()


@pytest.mark.parametrize(
    ("pictures", "shape"),
    [
        (GREY[..., np.newaxis], (20, 20, 1)),
        (GREY[:, np.newaxis], (20, 20, 1)),
        (GREY.reshape(12, 400), (20, 20, 1)),
        (GREY / 255, (20, 20, 1)),
        ((GREY / 255).astype(np.float32), (20, 20, 1)),
        (GREY.astype(np.int64), (20, 20, 1)),
        (np.asfortranarray(GREY), (20, 20, 1)),
        (GREY.astype(">u2") * 257, (20, 20, 1)),
        (np.stack([GREY, GREY // 2, GREY // 3], axis=-1), (20, 20, 3)),
        (np.stack([GREY, GREY // 2, GREY // 3], axis=1), (20, 20, 3)),
    ],
)
def test_arrays_of_any_type_and_order_are_pictures(pictures, shape):
    found = read_images({"images.npy": npy(pictures), "labels.npy": npy(LABELS)}).train
    assert found.inputs.shape == (12, *shape)
    assert np.array_equal(found.inputs[..., 0], GREY)


def test_labels_may_be_words_or_one_of_several_columns():
    words = np.array([f"kind {label}" for label in LABELS])
    found = read_images({"a.npz": npz(images=GREY, labels=words)}).train
    assert found.names == tuple(f"kind {label}" for label in sorted(set(LABELS.tolist())))
    one_hot = np.eye(10)[LABELS]
    found = read_images({"X.npy": npy(GREY), "Y.npy": npy(one_hot)}).train
    assert found.targets.tolist() == LABELS.tolist()


def test_files_without_labels_but_with_names_are_classes():
    files = {"full_bitmap_cat.npy": npy(GREY), "full_bitmap_sea turtle.npy": npy(GREY[:3])}
    found = read_images(files)
    assert found.train.names == ("cat", "sea turtle")
    assert found.train.targets.tolist() == [0] * 12 + [1] * 3
    assert found.assumed == ("each file is taken for a class: cat and sea turtle",)


def test_python_objects_are_refused_by_what_is_declared():
    objects = np.array([{}, None], dtype=object)
    for files in ({"a.npy": npy(objects)}, {"a.npz": npz(x=objects)}):
        with pytest.raises(ValueError, match="Python objects, which can run programs: not opened"):
            read_images(files)


def test_an_npy_that_declares_more_than_it_has_is_refused_at_once():
    content = npy(GREY).replace(b"(12, 20, 20)", b"(99999999999, 20, 20)"[:12].ljust(12))
    big = npy(np.zeros(3, np.uint8)).replace(b"(3,)", b"(9**9,)"[:4])
    for damaged in (content, big, npy(GREY)[:-1], npy(GREY) + b"0", npy(GREY)[:40]):
        with pytest.raises(ValueError, match="npy"):
            read_npy(damaged)
    header = npy(GREY)[:128].replace(b"(12, 20, 20)", b"(2000000000,)")
    with pytest.raises(ValueError, match="npy"):
        read_npy(header)


@given(st.binary(max_size=80), st.integers(0, 120))
def test_a_damaged_npy_is_read_or_a_value_error(junk, place):
    content = bytearray(npy(GREY))
    content[place : place + len(junk)] = junk
    try:
        assert looks_like_npy(content) in (True, False)
        read_npy(content)
    except ValueError as error:
        assert str(error)


# ---- Picture files.


def loose(names: list[str], kind: str = "PNG", pixels: np.ndarray = GREY) -> dict[str, bytes]:
    return {name: picture(each, kind) for name, each in zip(names, pixels, strict=True)}


@pytest.mark.parametrize(
    ("pattern", "classes"),
    [
        ("{0}_{1:03}.png", None),
        ("{0}-{1}.png", None),
        ("digits/{0}/{1}.png", None),
        ("digits/training/{0}/img_{1}.png", None),
        ("kind{0}/{1}.png", "kind"),
        ("letter{0} ({1}).png", "letter"),
    ],
)
def test_the_class_is_the_folder_or_the_start_of_the_name(pattern, classes):
    names = [pattern.format(label, i) for i, label in enumerate(LABELS)]
    if classes == "letter":
        names = [f"{'abcdefghij'[label]} ({i}).png" for i, label in enumerate(LABELS)]
    found = read_images(loose(names))
    shown = found.train.names or tuple(map(str, range(10)))
    expected = {None: "{}", "kind": "kind{}"}.get(classes)
    said = [shown[target] for target in found.train.targets]
    if expected:
        assert said == [expected.format(label) for label in LABELS]
    else:
        assert said == ["abcdefghij"[label] for label in LABELS]
    assert np.array_equal(found.train.inputs[..., 0], GREY)
    assert any("the class of each picture is taken from its" in text for text in found.assumed)


@pytest.mark.parametrize("pattern", ["IMG_{:04}.png", "{}.png", "photos/{}.png", "test/{}.png"])
def test_names_that_only_count_are_no_classes(pattern):
    names = [pattern.format(i) for i in range(12)]
    found = read_images(loose(names))
    assert found.train is None and found.test is None
    assert found.unlabelled.shape == (12, 20, 20, 1)
    assert found.ids == tuple(names)
    assert "12 pictures without labels" in found.description


def test_train_and_test_folders_of_a_zip():
    files = loose([f"set/train/{label}/{i}.png" for i, label in enumerate(LABELS)])
    files |= loose([f"set/test/{label}/{i}.png" for i, label in enumerate(LABELS)])
    files |= {"set/README.md": b"# Pictures", "__MACOSX/set/._x.png": b"?", "set/.DS_Store": b"?"}
    found = read_images({"latest.zip": packed(files)})
    assert len(found.train) == len(found.test) == 12
    assert np.array_equal(found.train.inputs, found.test.inputs)


def test_a_zip_of_labelled_files_beside_pictures_to_predict():
    train = packed(loose([f"{label}/{i}.png" for i, label in enumerate(LABELS)]))
    test = packed(loose([f"{i}.png" for i in range(12)]))
    found = read_images({"train.zip": train, "test.zip": test})
    assert len(found.train) == 12 and found.test is None
    assert len(found.unlabelled) == 12


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP", "BMP", "JPEG"])
def test_every_kind_of_picture_file_declares_its_size_and_is_read(kind):
    options = {"lossless": True} if kind == "WEBP" else {}
    pixels = np.zeros((30, 40), np.uint8)
    pixels[5:20, 8:16] = 255
    content = picture(pixels, kind, **options)
    assert declared_size(content) == (30, 40)
    found = read_images({"a.x": content}).unlabelled
    assert found.shape == (1, 30, 40, 1)
    assert np.abs(found[0, ..., 0].astype(int) - pixels).max() < 60
    if kind == "WEBP":
        assert declared_size(picture(pixels, kind, quality=50)) == (30, 40)


def test_large_pictures_are_scaled_down_and_it_is_said():
    pixels = np.zeros((300, 200), np.uint8)
    pixels[100:200, 50:150] = 255
    found = read_images({"a.png": picture(pixels)})
    assert found.unlabelled.shape == (1, 64, 43, 1)
    assert abs(found.unlabelled.mean() - pixels.mean()) < 2
    assert found.assumed == ("pictures of up to 200x300 were scaled down to 64 a side",)


def test_pictures_of_several_sizes_take_the_size_of_most():
    files = {f"{label}_{i}.png": picture(GREY[i]) for i, label in enumerate(LABELS)}
    files["7_99.png"] = picture(shapes(1, 30, 50)[0])
    found = read_images(files)
    assert found.train.inputs.shape == (13, 20, 20, 1)
    assert "pictures of several sizes were scaled to 20x20" in found.assumed


def test_colours_stay_and_grey_in_three_channels_becomes_one():
    names = [f"{label}_{i}.png" for i, label in enumerate(LABELS)]
    coloured = np.stack([GREY, 255 - GREY, GREY // 2], axis=-1)
    assert read_images(loose(names, pixels=coloured)).train.inputs.shape == (12, 20, 20, 3)
    grey = np.stack([GREY] * 3, axis=-1)
    assert np.array_equal(read_images(loose(names, pixels=grey)).train.inputs[..., 0], GREY)


def test_dark_ink_on_paper_is_turned_to_light_on_dark():
    names = [f"{label}_{i}.png" for i, label in enumerate(LABELS)]
    said = "dark ink on light paper was turned to light on dark, as MNIST has it"
    found = read_images(loose(names, pixels=255 - GREY))
    assert np.array_equal(found.train.inputs[..., 0], GREY)
    assert said in found.assumed
    black = np.zeros((12, 20, 20, 3), np.uint8)
    transparent = np.concatenate([black, GREY[..., np.newaxis]], axis=3)
    assert np.array_equal(read_images(loose(names, pixels=transparent)).train.inputs[..., 0], GREY)
    white = np.concatenate([255 - black, GREY[..., np.newaxis]], axis=3)
    assert np.array_equal(read_images(loose(names, pixels=white)).train.inputs[..., 0], GREY)


def test_a_photo_is_turned_as_its_camera_says():
    pixels = np.zeros((20, 40), np.uint8)
    pixels[:10] = 255
    exif = Image.Exif()
    exif[0x0112] = 6
    content = picture(pixels, "JPEG", exif=exif)
    assert read_images({"a.jpg": content}).unlabelled.shape == (1, 40, 20, 1)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded():
    def decode(content: bytes) -> np.ndarray:
        raise AssertionError("decoded")

    content = bytearray(picture(GREY[0]))
    content[16:24] = struct.pack(">II", 20_000, 20_000)
    with pytest.raises(
        ValueError, match="^a.png: the picture has 20,000 x 20,000 pixels; only fewer"
    ):
        read_images({"a.png": bytes(content)}, decode)


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP", "BMP", "JPEG"])
def test_damaged_pictures_are_refused_by_name(kind):
    content = picture(GREY[0], kind)
    for length in (12, 20, 30, len(content) // 2):
        with pytest.raises(ValueError, match="^a.x: "):
            read_images({"a.x": content[:length]})


@given(st.sampled_from(["PNG", "GIF", "WEBP", "BMP", "JPEG"]), st.binary(max_size=40))
@settings(deadline=None)
def test_a_damaged_head_declares_a_size_or_is_a_value_error(kind, junk):
    content = bytearray(picture(GREY[0], kind))
    content[12 : 12 + len(junk)] = junk
    try:
        assert min(declared_size(content)) > 0
    except ValueError as error:
        assert str(error)


def assert_like_the_decoders(pixels: np.ndarray, content: bytes) -> None:
    """Fail unless pixels, grey or in colours, are what is made of a picture alone."""
    expected = flattened(decode_with_pillow(content))
    assert np.array_equal(np.broadcast_to(pixels, expected.shape), expected)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_many_pngs_at_once_are_what_the_decoder_makes_of_each(channels):
    rng = np.random.default_rng(channels)
    mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[channels]
    contents = []
    for i in range(40):
        pixels = rng.integers(0, 256 if i % 2 else 9, (13, 17, channels))
        pixels = (pixels if i % 2 else pixels.cumsum(axis=i // 2 % 2)).astype(np.uint8)
        image = Image.frombytes(mode, (17, 13), pixels.tobytes())
        file = io.BytesIO()
        image.save(file, "PNG")
        contents.append(file.getvalue())
    found = png.decoded(contents)
    assert len(found) == len(set(contents))
    for content in contents:
        assert_like_the_decoders(found[content], content)


def test_many_pngs_of_few_or_many_bits_are_what_the_decoder_makes_of_each():
    rng = np.random.default_rng(1)
    contents = []
    for i in range(80):
        image = Image.fromarray(rng.integers(0, 256, (13, 17)).astype(np.uint8)).convert("1")
        if i % 4 == 1:
            image = Image.fromarray(rng.integers(0, 2**16, (13, 17)).astype(np.uint16))
        elif i % 4 > 1:
            colours = 16 if i % 4 == 2 else 200
            image = Image.frombytes(
                "P", (17, 13), bytes(rng.integers(0, colours, 13 * 17).tolist())
            )
            image.putpalette(rng.integers(0, 256, 3 * colours).tolist())
        file = io.BytesIO()
        image.save(file, "PNG")
        contents.append(file.getvalue())
    found = png.decoded(contents)
    assert len(found) == 80
    for content in contents:
        assert_like_the_decoders(found[content], content)


def test_reading_pictures_says_how_far_it_is():
    rng = np.random.default_rng(1)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for i in range(60):
            archive.writestr(
                f"{i % 3}/{i}.png", picture(rng.integers(0, 256, (9, 9)).astype(np.uint8))
            )
    rows = "".join(f"{i % 10}{',0' * 783},9\n" for i in range(3000)).encode()
    for work in (
        image_files.expanding({"a.zip": file.getvalue(), "rows.csv.gz": gzip.compress(rows)}),
        png.decoding(image_files.expanded({"a.zip": file.getvalue()}).values()),
        images.reading_images({"rows.csv": rows, "more.csv": rows.replace(b",", b";")}),
    ):
        shares = [share for share in work if share is not None]
        assert shares == sorted(shares) and len(shares) > 1
        assert 0 <= shares[0] <= 0.6 and shares[-1] == 1


def test_pngs_of_few_greys_are_stretched_to_black_and_white():
    # No program at hand writes them.
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    contents = []
    for depth in (2, 4):
        for i in range(16):
            head = struct.pack(">IIBBBBB", 3, 1, depth, 0, 0, 0, 0)
            row = bytes([0, 0b00011011, i])
            data = zlib.compress(row[:2] if depth == 2 else row)
            data = chunk(b"IHDR", head) + chunk(b"tEXt", bytes([i])) + chunk(b"IDAT", data)
            contents.append(b"\x89PNG\r\n\x1a\n" + data + chunk(b"IEND", b""))
    found = [png.decoded(contents)[content][0, :, 0].tolist() for content in contents]
    assert found[0] == [0, 85, 170] and found[-1] == [17, 187, 0]
    expected = [decode_with_pillow(content)[0, :, 0].tolist() for content in contents]
    assert found == expected


def test_pictures_of_sixteen_bits_are_scaled_and_not_cut_off():
    pixels = np.full((9, 8), 0x40FF, np.uint16)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    assert (decode_with_pillow(file.getvalue())[..., :3] == 0x40).all()


def test_pngs_that_are_not_plain_or_not_whole_are_left_to_the_decoder():
    file = io.BytesIO()
    Image.fromarray(GREY[0]).save(file, "PNG", transparency=3)
    whole = [picture(each) for each in shapes(20)]
    others = [
        file.getvalue(),
        whole[0][:50],
        b"\x89PNG\r\n\x1a\n",
        whole[1].replace(b"IDAT", b"JDAT"),
    ]
    assert png.decoded([*whole, *others]).keys() == set(whole)


# ---- What lies beside pictures.


def archive_of(files: dict[str, bytes | str]) -> dict[str, bytes]:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return {"set.zip": file.getvalue()}


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("labels.csv", "id,label\n0.png,cat\n1.png,dog\n2.png,cat\n"),
        ("train.csv", "n;file;breed;size\n1;0;cat;5\n1;1;dog;5\n1;2;cat;5\n"),
    ],
)
def test_a_table_lists_the_classes_of_pictures_beside_it(name, table):
    files = {f"train/{i}.png": picture(each) for i, each in enumerate(shapes(3))}
    others = {f"test/{i + 7}.png": picture(each) for i, each in enumerate(shapes(2))}
    found = read_images(archive_of({**files, **others, name: table}))
    assert found.train.names == ("cat", "dog") and found.train.targets.tolist() == [0, 1, 0]
    assert found.test is None and len(found.unlabelled) == 2
    assert f"the class of each picture is taken from set/{name}" in found.assumed


def test_a_table_that_lists_other_files_is_refused_as_before():
    files = {"train/0.png": picture(shapes(1)[0]), "notes.csv": "a,b\nx,1\ny,2\n"}
    with pytest.raises(ValueError, match=r"^set/notes\.csv: expected a label and the pixels"):
        read_images(archive_of(files))


def test_pictures_to_test_with_may_be_of_one_class_of_several():
    names = ["train/cat/0.png", "train/dog/1.png", "train/cat/2.png", "test/dog/3.png"]
    found = read_images(archive_of(dict(zip(names, map(picture, shapes(4)), strict=True))))
    assert found.train.targets.tolist() == [0, 1, 0] and found.test.targets.tolist() == [1]


def test_arrays_of_names_and_of_ids_are_no_labels():
    file = io.BytesIO()
    names = np.array(["cat", "dog"])
    images, labels = np.stack(shapes(6)), np.arange(6) % 2
    np.savez(
        file, Xtrain=images, Ytrain=labels, Xtest=images[:2], Ytest=labels[:2], ids=np.arange(6)
    )
    found = read_images({"d.npz": file.getvalue()})
    assert len(found.train) == 6 and len(found.test) == 2
    assert found.assumed == ("d.npz/ids is left out",)
    file = io.BytesIO()
    np.savez(file, X=images, y=labels, class_names=names)
    assert read_images({"d.npz": file.getvalue()}).train.names == ("cat", "dog")


# ---- Archives.


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(gzipped, "MAX_UNPACKED", 2**20)
    bomb = packed({"a.csv": bytes(2**21)}, compression=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 10_000
    with pytest.raises(ValueError, match="^b.zip: the zip archive unpacks to more than 1 MB"):
        read_images({"b.zip": bomb})


def test_an_archive_that_declares_less_than_comes_is_refused():
    bomb = packed({"a.csv": bytes(2**21)}, compression=zipfile.ZIP_DEFLATED)
    lie = bomb.replace(struct.pack("<I", 2**21), struct.pack("<I", 9))
    with pytest.raises(ValueError, match="^b.zip: "):
        read_images({"b.zip": lie})


def test_archives_in_archives_end_somewhere():
    content = packed({"a.csv": b"1"})
    for _ in range(5):
        content = packed({"a.zip": content})
    with pytest.raises(ValueError, match="archives in archives"):
        read_images({"a.zip": content})


def test_an_archive_of_too_many_files_is_refused(monkeypatch):
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    with pytest.raises(ValueError, match="holds 4 files; up to 3"):
        read_images({"a.zip": packed({f"{i}.png": b"?" for i in range(4)})})


@pytest.mark.parametrize(
    ("files", "tool"),
    [
        ({"config.json": b"{}", "model.weights.h5": b"?"}, "a Keras model"),
        ({"xl/workbook.xml": b"<"}, "an Excel workbook: save it as CSV"),
        ({"m/data.pkl": b"?"}, "a PyTorch model, which is a pickle"),
    ],
)
def test_another_tools_archive_is_named(files, tool):
    with pytest.raises(ValueError, match=tool):
        read_images({"a.zip": packed(files)})


@given(st.binary(max_size=60), st.integers(0, 400))
@settings(deadline=None)
def test_a_damaged_archive_is_read_or_a_value_error(junk, place):
    content = bytearray(packed({"3_1.png": picture(GREY[0]), "4_1.png": picture(GREY[1])}))
    content[place : place + len(junk)] = junk
    try:
        read_images({"a.zip": bytes(content)})
    except ValueError as error:
        assert str(error)


# ---- Purposes, labels and classes.


@pytest.mark.parametrize(
    "name",
    ["mnist_test.csv", "X_test.npy", "testSet/1.png", "t10k-images", "a/val/1.png", "Test 2"],
)
def test_words_that_say_testing(name):
    assert for_testing(name)


@pytest.mark.parametrize(
    "name",
    ["my-latest-digits.csv", "contest.csv", "testimony.csv", "test/train/1.png", "value.csv"],
)
def test_words_that_do_not(name):
    assert not for_testing(name)


def test_classes_keep_their_own_numbers_and_words():
    assert classes_of([np.arange(1, 27)]).names == tuple(map(str, range(1, 27)))
    assert classes_of([np.array([0, 9])]) == Classes(10)
    assert classes_of([np.arange(47)]) == Classes(47)
    assert classes_of([np.repeat([0, 1, 2], 20)]) == Classes(3)
    assert classes_of([np.array(["b", "a", "10", "9"])]).names == ("9", "10", "a", "b")
    with pytest.raises(ValueError, match="3,000 different labels; up to 100"):
        classes_of([np.arange(3000)])


def test_labels_are_tidied():
    assert tidied(np.array([b"a ", b"b"])).tolist() == ["a", "b"]
    assert tidied(np.array(["3.0", "4"])).tolist() == [3, 4]
    with pytest.raises(ValueError, match="picture 2 has the label 0.5"):
        tidied(np.array([1.0, 0.5]))
    with pytest.raises(ValueError, match="picture 1 has no label"):
        tidied(np.array(["", "a"]))
    with pytest.raises(ValueError, match="picture 2 has the label 'c'; expected one of a, b"):
        positions(np.array(["a", "c"]), Classes(2, ("a", "b")))


def test_letters_are_named_by_a_file_beside_them():
    files = {"images.npy": npy(GREY), "labels.npy": npy(LABELS)}
    mapping = "".join(f"{i} {64 + i} {96 + i}\r\n" for i in range(1, 27)).encode()
    found = read_images({**files, "emnist-letters-mapping.txt": mapping})
    assert found.train.names == tuple("ABCDEFHI")
    assert found.assumed == ("the classes are named as emnist-letters-mapping.txt says",)
    with pytest.raises(ValueError, match="^mapping.txt: line 2: expected a label and the code"):
        read_images({**files, "mapping.txt": b"1 65\n?\n"})
    with pytest.raises(ValueError, match="^there are no pictures in mapping.txt"):
        read_images({"mapping.txt": b"1 65\n"})


def test_training_and_test_pictures_share_their_classes():
    files = {"train.npz": npz(x=GREY, y=np.array(list("abababababab")))}
    files["test.npz"] = npz(x=GREY[:2], y=np.array(list("bc")))
    found = read_images(files)
    assert found.train.names == found.test.names == ("a", "b", "c")
    assert found.test.targets.tolist() == [1, 2]
    again = aligned(found.test, Classes(4, ("d", "c", "b", "a")))
    assert again.targets.tolist() == [2, 1]


def test_what_cannot_be_learnt_from_is_said():
    one = read_images({"a.npz": npz(x=GREY, y=LABELS * 0 + 3)})
    assert "all training pictures have the label '3'" in one.assumed[0]
    same = read_images({"a.npz": npz(x=GREY[[0] * 12], y=LABELS)})
    assert same.assumed == ("all training pictures are the same",)


def test_names_of_pictures():
    assert classes_by_name(["a/1.png", "b/2.png"]) == ["a", "b"]
    assert classes_by_name(["cat.1.png", "dog.1.png"]) == ["cat", "dog"]
    assert classes_by_name(["7/a.png", "7/b.png"]) == ["7", "7"]
    assert classes_by_name(["my-one.png"]) is None


def test_a_folder_of_folders_is_read(tmp_path):
    for i, label in enumerate(LABELS):
        (tmp_path / f"kind{label}").mkdir(exist_ok=True)
        (tmp_path / f"kind{label}/{i}.png").write_bytes(picture(GREY[i]))
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden/1.png").write_bytes(b"?")
    (tmp_path / "notes.txt").write_text("?")
    found = read_folder(tmp_path).train
    assert len(found) == 12 and found.names[0] == "kind1"


def test_ten_thousand_small_pictures_are_read_within_two_seconds():
    files = {f"{i % 10}/{i}.png": picture(each) for i, each in enumerate(shapes(10_000))}
    content = packed(files)
    started = time.process_time()
    assert len(read_images({"a.zip": content}).train) == 10_000
    assert time.process_time() - started < 2
