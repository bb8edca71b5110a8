"""ARIA attributes, which Dash takes as keywords that Python cannot spell."""

from typing import Any


def aria(**words: str) -> dict[str, Any]:
    """``aria(label="Pages")`` → ``{"aria-label": "Pages"}``, to be unpacked into a component."""
    return {f"aria-{name}": text for name, text in words.items()}
