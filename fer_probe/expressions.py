"""The expressions: their names, their synonyms, and every corpus's own order of them.

An expression has one name here, whatever a corpus calls it; labels are matched by name, never by position.
"""

from collections.abc import Sequence

EXPRESSIONS: tuple[str, ...] = (
    "anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise", "neutral",
)  # fmt: skip

_SYNONYMS: dict[str, str] = {
    "angry": "anger", "an": "anger",
    "disgusted": "disgust", "di": "disgust",
    "afraid": "fear", "fearful": "fear", "scared": "fear", "fe": "fear",
    "happy": "happiness", "joy": "happiness", "ha": "happiness",
    "sad": "sadness", "sa": "sadness",
    "surprised": "surprise", "su": "surprise",
    "ne": "neutral", "no_expression": "neutral",
    "contemptuous": "contempt",
}  # fmt: skip

#: Goodfellow et al. 2013, the CSV's own codes 0-6. The Kaggle folders sort differently: read those by name.
FER2013_ORDER: tuple[str, ...] = (
    "anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral",
)  # fmt: skip

#: Barsoum et al. 2016, the vote columns of ``fer2013new.csv``.
FERPLUS_ORDER: tuple[str, ...] = (
    "neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF",
)  # fmt: skip


def expression_name(word: str) -> str:
    """The one name of an expression that is spelled in any usual way.

    Args:
        word: such as ``"Angry"``, ``"happy"``, ``"SU"`` or ``"sadness"``.

    Raises:
        ValueError: the word is no known expression; the message lists the known ones.
    """
    key = word.strip().lower().replace(" ", "_").replace("-", "_")
    name = _SYNONYMS.get(key, key)
    if name not in EXPRESSIONS:
        raise ValueError(f"{word!r} is no known expression; known are {', '.join(EXPRESSIONS)}")
    return name


def match_by_name(names: Sequence[str], onto: Sequence[str]) -> list[int]:
    """For each of ``names`` its index in ``onto``, or -1 where ``onto`` lacks it.

    Known expressions match through their synonyms; every other class name must agree to the letter.
    """
    wanted = [_name_or_itself(name) for name in onto]
    return [wanted.index(key) if (key := _name_or_itself(name)) in wanted else -1 for name in names]


def _name_or_itself(word: str) -> str:
    try:
        return expression_name(word)
    except ValueError:
        return word
