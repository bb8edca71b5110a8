"""Codings: how a model codes faces, as two functions of pixels in 0–1, and what is known of its latent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fer_probe.activations import blank_picture, evaluation_mode, for_model
from fer_probe.checkpoints import Checkpoint, CheckpointError
from fer_probe.faces.face_images import FaceImages
from fer_probe.faces.prepared_images import PreparedImages
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.latents.latent_functions import Decode, Encode, module_of
from fer_probe.models import LatentClassifier

#: What decoders are told beside the latent, by the keywords that they take it by.
IDENTITY, EMOTION = "identity", "emotion"
_NEUTRAL = "neutral"


class PixelImages:
    """The faces as pixels in 0–1, cut out and resized as the model is shown them; (n, C, H, W) a slice."""

    def __init__(self, images: PreparedImages) -> None:
        self._images = images

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, index: slice) -> torch.Tensor:
        return torch.from_numpy(self._images.resized(index).astype(np.float32)) / 255


@dataclass(frozen=True)
class Coding:
    """Pictures to latents and back.

    Attributes:
        encode: pixels in 0–1 (n, C, H, W) → (n, …).
        decode: (n, L) → pixels in 0–1 (n, C, H, W), and ``attribute`` by keyword; None where nothing decodes.
        names: what each latent variable is called; empty where they stand for nothing by name.
        attribute: what the decoder is told beside the latent; empty for nothing.
        people: whom an identity can be, in the order of their numbers.
    """

    encode: Encode
    decode: Decode | None
    names: tuple[str, ...] = ()
    attribute: str = ""
    people: tuple[str, ...] = ()

    def beside(self, faces: FaceImages) -> dict[str, Any] | None:
        """What the decoder is to be told of these faces to give them back, (N,) each; None where nobody knows.

        An emotion is 1 but for neutral faces. Who is seen in unknown faces has no number.
        """
        if self.attribute == IDENTITY:
            return None
        if self.attribute != EMOTION:
            return {}
        shown = np.array([*faces.expression_names, ""])[np.asarray(faces.expression)]
        return {EMOTION: (shown != _NEUTRAL).astype(np.float32)}


def coding_of(checkpoint: Checkpoint) -> Coding | None:
    """How a checkpoint's model codes faces; None for one without ``encode``."""
    model: Any = checkpoint.model
    if not callable(getattr(model, "encode", None)):
        return None
    decode = getattr(model, "decode", None)
    taken = _keywords(decode) if callable(decode) else ()
    return coding(
        model.encode,
        decode if callable(decode) else None,
        checkpoint.preprocessing,
        names=_names(checkpoint),
        attribute=next((name for name in (IDENTITY, EMOTION) if name in taken), ""),
        people=checkpoint.metrics.get("people", ()),
    )


def coding(
    encode: Encode,
    decode: Decode | None,
    preprocessing: Preprocessing,
    *,
    names: Sequence[str] = (),
    attribute: str = "",
    people: Sequence[str] = (),
) -> Coding:
    """Two functions of what a preprocessing gives, as functions of pixels in 0–1.

    Args:
        encode: (n, C, H, W) as the preprocessing gives it → (n, …).
        decode: (n, L) → (n, C, H, W) in the same scale; None where nothing decodes.
        preprocessing: its last step, standardisation, is done and undone here.
        names: of the latent variables.
        attribute: keyword that the decoder takes beside the latent.
        people: whom an identity can be.
    """
    writer, reader = module_of(encode), None if decode is None else module_of(decode)

    def encode_pixels(pixels: Tensor) -> Any:
        with evaluation_mode(writer or nn.Module()):
            return encode(_for(writer, preprocessing.standardized(pixels)))

    def decode_pixels(latent: Tensor, **beside: Any) -> Any:
        assert decode is not None
        with evaluation_mode(reader or nn.Module()):
            made = decode(_for(reader, latent), **{name: _for(reader, told) for name, told in beside.items()})
        return preprocessing.to_pixels(made.float()) if isinstance(made, Tensor) else made

    return Coding(encode_pixels, None if decode is None else decode_pixels, tuple(names), attribute, tuple(people))


def classifier_of(checkpoint: Checkpoint) -> tuple[nn.Module, tuple[str, ...]] | None:
    """What of a checkpoint reads expressions, and the names of its outputs; None where nothing does.

    The model itself, where it gives an output for each class; else what ``classify`` gives, of all classes or of all
    but neutral.

    Raises:
        CheckpointError: a model that cannot take its pictures, or one that neither codes faces nor has an output for
            each class.
    """
    model, names = checkpoint.model, checkpoint.class_names
    output = _tried(checkpoint, model)
    if _fits(output, len(names)):
        return model, names
    if not callable(getattr(model, "encode", None)):
        given = tuple(output.shape) if isinstance(output, Tensor) else f"a {type(output).__name__}"
        raise CheckpointError(
            f"the model gives {given} for one picture, expected (1, {len(names)}): one output for each of "
            f"{', '.join(names)}"
        )
    if not names or not callable(getattr(model, "classify", None)):
        return None
    reader = LatentClassifier(model)
    output = _tried(checkpoint, reader)
    emotions = tuple(name for name in names if name != _NEUTRAL)
    return next(((reader, known) for known in (names, emotions) if _fits(output, len(known))), None)


def _tried(checkpoint: Checkpoint, model: nn.Module) -> Any:
    """What a model gives for an empty picture."""
    shape = checkpoint.preprocessing.shape
    try:
        with evaluation_mode(model), torch.no_grad():
            return model(blank_picture(checkpoint.model, shape))
    except RuntimeError as error:
        raise CheckpointError(
            f"the model cannot take a picture of {'×'.join(map(str, shape))} ({str(error).splitlines()[0]}); check its "
            "size and channels"
        ) from error


def _fits(output: Any, count: int) -> bool:
    return isinstance(output, Tensor) and output.ndim == 2 and output.shape[1] == count and count > 0


def _names(checkpoint: Checkpoint) -> tuple[str, ...]:
    """The expressions that the variables were taught to stand for, one each."""
    losses: Mapping[str, Any] = checkpoint.recipe.get("losses") or {}
    taught = losses.get("multiclass", losses.get("gamma", 1.0))
    length, names = getattr(checkpoint.model, "latent_length", None), checkpoint.class_names
    if not taught or not callable(getattr(checkpoint.model, "classify", None)):
        return ()
    emotions = tuple(name for name in names if name != _NEUTRAL)
    rest = tuple(f"rest {number + 1}" for number in range(getattr(checkpoint.model, "rest", 0)))
    return next((known for known in (names, emotions + rest) if len(known) == length), ())


def _keywords(function: Any) -> tuple[str, ...]:
    try:
        parameters = signature(function).parameters.values()
    except (TypeError, ValueError):  # compiled code that does not tell
        return ()
    return tuple(
        one.name for one in parameters if one.kind in (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
    )


def _for(module: nn.Module | None, told: Any) -> Any:
    if module is None or not isinstance(told, Tensor):
        return told
    return for_model(module, told) if told.is_floating_point() else told.to(next(module.parameters()).device)
