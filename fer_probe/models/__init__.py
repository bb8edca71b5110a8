"""Models: a file or two a paper; :data:`MODELS` names them all.

Every model's ``forward`` takes pictures alone. What it gives is what the model is for: a classifier's gives logits
(N, classes), an autoencoder's the pictures again (N, C, H, W), pixels in 0–1 as those it takes; the comparator takes
pairs.

Whatever has a latent offers, besides,

    encode(images)            (N, C, H, W) → (N, L): no chance in it; of a variational one the mean
    decode(latent, …)         (N, L) → (N, C, H, W) in 0–1; what it takes beside the latent (``emotion`` of the fader,
                              ``identity`` and ``noise`` of DE-GAN) has a default, told there
    reconstruct(images, …)    decode(encode(images), …)
    classify(images)          logits, where latents are logits or carry a head: β-VAE, fader, semi-supervised

and a variational one ``distribution(images)`` (mean, logarithm of the variance) and ``sample(images)``. Only stage
two of DE-GAN has an ``encode`` and nothing to decode with. :class:`LatentClassifier` makes a classifier, as
evaluation wants one, of an autoencoder with ``classify``.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from fer_probe.models.action_unit_regressor import ActionUnitRegressor
from fer_probe.models.ali import AliBaseline
from fer_probe.models.autoencoder import Autoencoder, LatentClassifier, VariationalAutoencoder
from fer_probe.models.barradas import BarradasClassifier, BarradasComparator
from fer_probe.models.barradas_autoencoders import BarradasBetaVAE, BarradasFader, BarradasSiameseVAE
from fer_probe.models.cubarrubia import CubarrubiaSupervised
from fer_probe.models.cubarrubia_autoencoders import CubarrubiaConvAE, CubarrubiaDenseAE, CubarrubiaSemisupervised
from fer_probe.models.degan import AliDegan
from fer_probe.models.degan_fer import AliDeganFER
from fer_probe.models.jahromi import JahromiDeep, JahromiMedium, JahromiShallow
from fer_probe.models.khorrami import KhorramiZeroBias
from fer_probe.models.zhu import ZhuCNN

__all__ = [
    "MODELS",
    "Autoencoder",
    "LatentClassifier",
    "ModelError",
    "VariationalAutoencoder",
    "architecture_of",
    "build_model",
]

#: Every model by its name; each takes ``classes``, ``size`` (height, width), ``channels``, its own options.
MODELS: dict[str, Callable[..., nn.Module]] = {
    "zhu_cnn": ZhuCNN,
    "jahromi_shallow": JahromiShallow,
    "jahromi_medium": JahromiMedium,
    "jahromi_deep": JahromiDeep,
    "barradas_classifier": BarradasClassifier,
    "barradas_comparator": BarradasComparator,
    "barradas_siamese_vae": BarradasSiameseVAE,
    "barradas_fader": BarradasFader,
    "barradas_beta_vae": BarradasBetaVAE,
    "ali_cnn_baseline": AliBaseline,
    "ali_degan": AliDegan,
    "ali_degan_fer": AliDeganFER,
    "cubarrubia_supervised": CubarrubiaSupervised,
    "cubarrubia_dense_ae": CubarrubiaDenseAE,
    "cubarrubia_conv_ae": CubarrubiaConvAE,
    "cubarrubia_semisupervised": CubarrubiaSemisupervised,
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
