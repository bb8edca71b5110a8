"""Models: one file a paper; :data:`MODELS` names them all."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from fer_probe.models.action_unit_regressor import ActionUnitRegressor
from fer_probe.models.ali import AliBaseline
from fer_probe.models.barradas import BarradasClassifier
from fer_probe.models.cubarrubia import CubarrubiaSupervised
from fer_probe.models.jahromi import JahromiDeep, JahromiMedium, JahromiShallow
from fer_probe.models.khorrami import KhorramiZeroBias
from fer_probe.models.zhu import ZhuCNN

__all__ = ["MODELS", "ModelError", "architecture_of", "build_model"]

#: Every model by its name; each takes ``classes``, ``size`` (height, width), ``channels``, its own options.
MODELS: dict[str, Callable[..., nn.Module]] = {
    "zhu_cnn": ZhuCNN,
    "jahromi_shallow": JahromiShallow,
    "jahromi_medium": JahromiMedium,
    "jahromi_deep": JahromiDeep,
    "barradas_classifier": BarradasClassifier,
    "ali_cnn_baseline": AliBaseline,
    "cubarrubia_supervised": CubarrubiaSupervised,
    "khorrami_zero_bias": KhorramiZeroBias,
    "action_unit_regressor": ActionUnitRegressor,
}


class ModelError(ValueError):
    """A model cannot be built as asked; the message names what is known."""


def build_model(
    name: str,
    classes: int = 7,
    *,
    size: int | tuple[int, int] | None = None,
    channels: int = 1,
    seed: int = 0,
    **options: Any,
) -> nn.Module:
    """Build a model with fresh weights.

    Args:
        name: a key of :data:`MODELS`.
        classes: how many classes it tells apart.
        size: height and width of its input; None is the paper's.
        channels: of its input, 1 or 3.
        seed: of the initial weights; torch's global generator is left alone.
        options: what the model's own class offers beyond that.

    Raises:
        ModelError: an unknown name or option, or a size the network cannot take.
    """
    if name not in MODELS:
        raise ModelError(f"no model {name!r}; known are {', '.join(MODELS)}")
    settings: dict[str, Any] = {"classes": classes, "channels": channels, **options}
    if size is not None:
        settings["size"] = [size, size] if isinstance(size, int) else list(size)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            model = MODELS[name](**settings)
    except (TypeError, ValueError) as error:
        raise ModelError(f"{name} cannot be built with {settings}: {error}") from error
    vars(model)["architecture"] = {"name": name, "options": settings}
    return model


def architecture_of(model: nn.Module) -> dict[str, Any]:
    """How :func:`build_model` built it, ``{"name", "options"}``; ``{"class"}`` for a model from elsewhere."""
    known: dict[str, Any] | None = vars(model).get("architecture")
    return known or {"class": f"{type(model).__module__}:{type(model).__qualname__}"}
