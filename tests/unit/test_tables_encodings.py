"""Text that is not Unicode is read as what makes words of its bytes, or it is said that it may not
be."""

import random

import pytest

from nn.data.tables import ENCODINGS, read_table
from nn.data.tables.encodings import guess

# Words of the columns of a table, by encoding: a name, then what stands in cells.
WORDS = {
    "cp1252": ["Prénom", "Zoé", "François", "Jérôme", "Noël", "Hélène"],
    "mac-roman": ["Prénom", "Zoé", "François", "Jérôme", "Noël", "Hélène"],
    "cp850": ["Prénom", "Zoé", "François", "Jérôme", "Noël", "Hélène"],
    "cp1250": ["Województwo", "Łódzkie", "Śląskie", "Małopolskie", "mężczyzna"],
    "iso8859-2": ["Województwo", "Łódzkie", "Śląskie", "Małopolskie", "mężczyzna"],
    "cp1254": ["Şehir", "İzmir", "Muğla", "Eskişehir", "Kırşehir"],
    "cp1257": ["miestas", "Šiauliai", "Kėdainiai", "Panevėžys", "Plungė"],
    "cp1251": ["Город", "Москва", "Казань", "Тверь", "мужчина"],
    "koi8-r": ["Город", "Москва", "Казань", "Тверь", "мужчина"],
    "cp866": ["Город", "Москва", "Казань", "Тверь", "мужчина"],
    "cp1253": ["Πόλη", "Αθήνα", "Πάτρα", "Θεσσαλονίκη", "γυναίκα"],
    "cp1255": ["עיר", "חיפה", "אילת", "ירושלים", "נקבה"],
    "cp1256": ["المدينة", "القاهرة", "دبي", "ذكر", "أنثى"],
    "gb18030": ["城市", "北京", "上海", "广州", "女", "性别"],
    "big5": ["縣市", "臺北市", "高雄市", "桃園市", "新竹縣"],
    "cp932": ["地域", "東京", "大阪", "北海道", "カメラ", "はい"],
    "euc-jp": ["地域", "東京", "大阪", "北海道", "カメラ", "はい"],
    "cp949": ["도시", "서울", "부산", "대구", "여자", "아니오"],
}


def table_in(encoding: str) -> bytes:
    name, *cells = WORDS[encoding]
    rng = random.Random(1)
    lines = [f"{rng.random():.3f},{rng.choice(cells)},{rng.choice(cells)}" for _ in range(60)]
    return "\n".join([f"x,{name},{cells[0]}", *lines]).encode(encoding)


@pytest.mark.parametrize("encoding", WORDS)
def test_an_encoding_is_told_by_its_words(encoding):
    table = read_table(table_in(encoding))
    assert list(table.columns) == ["x", *WORDS[encoding][:2]]
    assert table.encoding == encoding
    assert table.notes[0].startswith(f"read as {ENCODINGS[encoding]}, as it ")


def test_what_is_western_in_all_encodings_is_windows_1252():
    for text in ("temp (°C),b\n1,2\n", "price,b\n€1.50,2\n", "a,b\n“yes”,it’s – ok\n"):
        assert guess(text.encode("cp1252")).encoding == "cp1252"


def test_doubt_is_said():
    # Hungarian in Windows-1250 is Portuguese in Windows-1252.
    table = read_table("név,x\nGyőző,1\nSzőke,2\n".encode("cp1250"))
    assert table.notes[0].endswith("as it seems: letters may be wrong")


def test_an_encoding_can_be_said():
    table = read_table("név,x\nGyőző,1\nSzőke,2\n".encode("cp1250"), encoding="cp1250")
    assert table.column("név").texts == ("Győző", "Szőke")
    assert table.notes[0] == "read as Windows-1250, Central Europe"
    wrong = read_table("név,x\nGyőző,1\nSzőke,2\n".encode("cp1250"), encoding="cp932")
    assert "damaged" in wrong.notes[0]
    # Unicode stays what it surely is.
    assert list(read_table("größe,b\n1,2\n".encode(), encoding="cp932").columns)[0] == "größe"


def test_unicode_with_a_damaged_character_stays_unicode():
    text = "größe,wo\n" + "1,Köln\n2,Düsseldorf\n" * 20
    table = read_table(text.encode() + b"3,M\xfcnchen\n")
    assert table.notes[0] == "read as UTF-8; of its characters damaged: 1"
    assert "Köln" in table.column("wo").texts


def test_what_is_no_text_is_refused():
    with pytest.raises(ValueError, match="it is not text"):
        read_table(bytes(range(1, 256)) * 20)
