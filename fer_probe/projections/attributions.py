"""Attributions: which pixels of a picture a class's logit rests on, by six methods side by side.

With f the logit, x the picture and b a flat picture of the same brightness:

    saliency               |∂f/∂x|                                                    Simonyan et al. 2014
    integrated gradients   (x − b) · ∫₀¹ ∂f/∂x (b + α(x − b)) dα                      Sundararajan et al. 2017, eq. 1
    occlusion              f(x) − f(x with a window of b), mean over windows          Zeiler & Fergus 2014
    Grad-CAM               max(0, Σ over maps of (mean ∂f/∂A) · A), made as large     Selvaraju et al. 2017, eqs. 1, 2
    guided Grad-CAM        that times the guided backpropagation of f                 Selvaraju et al. 2017, section 3.3
    layer-wise relevance   R_j = Σ_k (a_j w_jk / z_k) R_k, layer by layer             Bach et al. 2015, eq. 58

All through Captum, but for guided backpropagation: Captum's hooks sit on modules and on a rectifier's input tensor, so
that it is a plain gradient where the model calls a function, and wrong where that tensor feeds something else. Ours
works at the operator (:mod:`fer_probe.projections.backward_rules`), and refuses what it cannot reach.

Captum's layer-wise relevance has the same weakness. In a network of rectifiers the ε-rule is gradient times picture
(Ancona et al. 2018, proposition 1), biases taking their share; it is computed both ways, and refused where they differ.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from captum.attr import LRP, IntegratedGradients, LayerAttribution, LayerGradCam, Occlusion, Saliency
from captum.attr._utils.lrp_rules import EpsilonRule
from numpy.typing import NDArray
from torch import Tensor, nn

from fer_probe.activations import Images, LayerError, check_layers, evaluation_mode, for_model
from fer_probe.evaluation import class_scores
from fer_probe.projections.backward_paths import check_backward_path
from fer_probe.projections.backward_rules import RectifierError, backward_rule
from fer_probe.records import Record

Method = Literal["saliency", "integrated_gradients", "occlusion", "grad_cam", "guided_grad_cam", "lrp"]
METHODS: tuple[Method, ...] = (
    "saliency", "integrated_gradients", "occlusion", "grad_cam", "guided_grad_cam", "lrp",
)  # fmt: skip

#: On a 48×48 net of drawn faces the sum is then within 1 % of the logit's difference; with 32 within 1.5 %.
STEPS = 50
#: An occluding window is so large a part of the picture's shorter side.
_WINDOW = 6
#: Modules without weights that only rearrange or average: the ε-rule holds for them, and Captum does not know it.
_LINEAR = (nn.Flatten, nn.Unflatten, nn.Identity, nn.ZeroPad2d, nn.ConstantPad2d, nn.ReflectionPad2d, nn.Upsample)
#: Relevance by hooks may differ from gradient times picture by this share of its largest value: Captum's ε is 1e-9.
_ROUNDING = 1e-2


@dataclass(frozen=True, eq=False)
class Attributions(Record):
    """What S methods say of n pictures, a class each.

    Attributes:
        layer: whose maps Grad-CAM weighs; empty where it was not asked.
        methods: which.
        image_index: (n,) int64, which pictures.
        targets: (n,) int64, of which class's logit.
        class_names: of the model's outputs; empty where they were not told.
        pixels: (S, n, C, H, W) float32. In units of the logit but for saliency (logits per unit of the picture),
            Grad-CAM (of the layer) and guided Grad-CAM (their product). Grad-CAM is the same in every channel.
        logit: (n,) of the picture.
        baseline_logit: (n,) of the flat picture that integrated gradients start from and windows are filled with.
        steps: of the integral.
        window: (2,) rows and columns of the occluding window; it moves by half of it.
    """

    layer: str
    methods: tuple[str, ...]
    image_index: np.ndarray
    targets: np.ndarray
    class_names: tuple[str, ...]
    pixels: np.ndarray
    logit: np.ndarray
    baseline_logit: np.ndarray
    steps: int
    window: np.ndarray

    @property
    def strength(self) -> NDArray[np.float64]:
        """(S, n, H, W) absolute values, summed over channels: what raised and what lowered the logit alike."""
        return np.abs(np.asarray(self.pixels, np.float64)).sum(2)

    @property
    def incompleteness(self) -> NDArray[np.float64]:
        """(n,) |Σ integrated gradients − (f(x) − f(b))| / |f(x) − f(b)|: 0 for an exact integral.

        NaN where integrated gradients were not asked, or the logits do not differ.
        """
        if "integrated_gradients" not in self.methods:
            return np.full(len(self.logit), np.nan)
        total = np.asarray(self.pixels[self.methods.index("integrated_gradients")], np.float64).sum((1, 2, 3))
        difference = np.asarray(self.logit - self.baseline_logit)
        share = np.full(len(total), np.nan)
        return np.divide(np.abs(total - difference), np.abs(difference), out=share, where=difference != 0)


def attribute(
    model: nn.Module,
    images: Images,
    targets: Sequence[int] | np.ndarray | None = None,
    *,
    methods: Sequence[Method] = METHODS,
    layer: str = "",
    baseline: float | None = None,
    steps: int = STEPS,
    window: int | None = None,
    extensions: bool = False,
    image_index: Sequence[int] | np.ndarray | None = None,
    class_names: Sequence[str] = (),
    batch_size: int = 64,
) -> Attributions:
    """Attribute a class's logit to the pixels of each picture.

    Args:
        model: any classifier; run in eval mode and given back as it was.
        images: n pictures; a handful, for they are attributed one after another.
        targets: (n,) which output; None takes each picture's largest.
        methods: which, of :data:`METHODS`.
        layer: whose maps Grad-CAM weighs, as ``model.named_modules()`` names it; most take the last convolution.
        baseline: the flat picture's value; None takes each picture's own mean, channel by channel.
        steps: of the integral (Gauss–Legendre).
        window: pixels a side of the occluding window; None takes a sixth of the shorter side.
        extensions: allow guided backpropagation through rectifiers that no paper gives a rule for.
        image_index: (n,) what the pictures are called in the record; 0 to n − 1 where left out.
        class_names: of the model's outputs, to be kept with the record.
        batch_size: pictures a pass; changes speed only.

    Raises:
        ValueError: no pictures, an unknown method, or other numbers of targets and names than pictures and outputs.
        LayerError: Grad-CAM without a layer that has maps and runs once, or relevance where Captum's is not right.
        RectifierError: guided Grad-CAM through a rectifier without a rule, or out of reach.
    """
    _check_methods(methods)
    logits = class_scores(model, images, batch_size=batch_size)
    wanted = logits.argmax(1) if targets is None else np.asarray(targets, dtype=np.int64)
    if wanted.shape != (len(images),) or wanted.min() < 0 or wanted.max() >= logits.shape[1]:
        raise ValueError(
            f"targets {wanted.tolist()} for {len(images)} pictures; outputs are 0 to {logits.shape[1] - 1}"
        )
    if class_names and len(class_names) != logits.shape[1]:
        raise ValueError(f"the model has {logits.shape[1]} outputs but there are {len(class_names)} class names")
    sample = images[0:1]
    if {"grad_cam", "guided_grad_cam"} & set(methods):
        _check_maps(model, layer, for_model(model, sample))
    side = window or max(2, min(sample.shape[2:]) // _WINDOW)
    method = _Attributing(model, layer, baseline, steps, side, extensions, batch_size)
    with torch.inference_mode(False), evaluation_mode(model), torch.enable_grad():
        found = [method.all(images[i : i + 1], int(target), methods) for i, target in enumerate(wanted)]
        flat = torch.cat([method.flat(images[i : i + 1]) for i in range(len(images))])
    rows = np.arange(len(wanted))
    return Attributions(
        layer=layer,
        methods=tuple(methods),
        image_index=rows if image_index is None else np.asarray(image_index, dtype=np.int64),
        targets=wanted,
        class_names=tuple(class_names),
        pixels=np.stack(found, 1).astype(np.float32),
        logit=logits[rows, wanted],
        baseline_logit=class_scores(model, flat, batch_size=batch_size)[rows, wanted],
        steps=steps,
        window=np.array([side, side]),
    )


@dataclass(frozen=True)
class _Attributing:
    """One picture's logit after another, each by every method."""

    model: nn.Module
    layer: str
    baseline: float | None
    steps: int
    window: int
    extensions: bool
    batch_size: int

    def all(self, image: Tensor, target: int, methods: Sequence[Method]) -> NDArray[np.float32]:
        """(S, C, H, W) of one picture (1, C, H, W)."""
        picture = for_model(self.model, image).detach()
        shown = [self.by(method, picture.clone(), target) for method in methods]
        return np.stack([one.detach().expand_as(picture)[0].float().cpu().numpy() for one in shown])

    def by(self, method: Method, picture: Tensor, target: int) -> Tensor:
        """One picture (1, C, H, W) by one method."""
        try:
            shown: Tensor = getattr(self, f"_{method}")(picture, target)
        except RectifierError:
            raise
        except RuntimeError as error:  # no_grad, detach, an operator without a derivative, a scripted module
            said = " ".join(str(error).split())
            raise LayerError(f"{method} cannot be had of this network ({said}); leave it out of the methods") from error
        return shown

    def flat(self, image: Tensor) -> Tensor:
        """(1, C, H, W) what stands for no picture."""
        value = image.mean((2, 3), keepdim=True) if self.baseline is None else torch.full_like(image, self.baseline)
        return value.expand_as(image)

    def _saliency(self, picture: Tensor, target: int) -> Tensor:
        return Saliency(self.model).attribute(picture.requires_grad_(), target=target)

    def _integrated_gradients(self, picture: Tensor, target: int) -> Tensor:
        return IntegratedGradients(self.model).attribute(
            picture, baselines=self.flat(picture), target=target, n_steps=self.steps,
            internal_batch_size=self.batch_size,
        )  # fmt: skip

    def _occlusion(self, picture: Tensor, target: int) -> Tensor:
        channels, step = picture.shape[1], max(1, self.window // 2)
        return Occlusion(self.model).attribute(
            picture, (channels, self.window, self.window), (channels, step, step), self.flat(picture), target,
            perturbations_per_eval=self.batch_size,
        )  # fmt: skip

    def _grad_cam(self, picture: Tensor, target: int) -> Tensor:
        weighed = LayerGradCam(self.model, self.model.get_submodule(self.layer))
        maps = weighed.attribute(picture, target=target, relu_attributions=True)
        return LayerAttribution.interpolate(maps, tuple(picture.shape[2:]), interpolate_mode="bilinear")

    def _guided_grad_cam(self, picture: Tensor, target: int) -> Tensor:
        pixels = picture.clone().requires_grad_()
        with backward_rule("guided", extensions=self.extensions):
            logit = self.model(pixels.clone())[:, target]
        check_backward_path(logit, pixels, extensions=self.extensions)
        return torch.autograd.grad(logit.sum(), pixels)[0] * self._grad_cam(picture, target)

    def _lrp(self, picture: Tensor, target: int) -> Tensor:
        relevance = _relevance(_with_rules(self.model), picture.clone().requires_grad_(), target).detach()
        pixels = picture.clone().requires_grad_()
        expected = torch.autograd.grad(self.model(pixels.clone())[0, target], pixels)[0] * picture
        off = float((relevance - expected).abs().max() / expected.abs().max().clamp(min=1e-30))
        if not off <= _ROUNDING:
            raise LayerError(
                f"Captum's layer-wise relevance is off by {off:.1%} on this network: its hooks miss what is no module "
                "of its own (an addition, a product, a pooling called as a function) or is no rectifier; leave 'lrp' "
                "out, or write those parts as nn.Module"
            )
        return relevance


def _with_rules(model: nn.Module) -> nn.Module:
    """A copy that Captum may hook and change, the ε-rule given to modules that it lacks one for."""
    copied = copy.deepcopy(model).requires_grad_(True)
    for module in copied.modules():
        if isinstance(module, nn.ReLU):
            module.inplace = False
        if isinstance(module, _LINEAR):
            given: Any = module
            given.rule = EpsilonRule()
    return copied


def _relevance(model: nn.Module, picture: Tensor, target: int) -> Tensor:
    try:
        relevance: Tensor = LRP(model).attribute(picture, target=target)
    except (TypeError, RuntimeError) as error:
        said = " ".join(str(error).split())
        raise LayerError(
            f"layer-wise relevance cannot pass this network ({said}); leave 'lrp' out of the methods"
        ) from error
    return relevance


def _check_methods(methods: Sequence[Method]) -> None:
    unknown = [method for method in methods if method not in METHODS]
    if unknown or not methods:
        raise ValueError(f"no methods like {', '.join(unknown) or 'nothing'}; there are {', '.join(METHODS)}")


def _check_maps(model: nn.Module, layer: str, picture: Tensor) -> None:
    """Grad-CAM weighs maps: of which layer has to be said, and it must run once and have places."""
    if not layer:
        raise LayerError("Grad-CAM weighs the maps of a layer: name one (layer='conv3'), or leave its methods out")
    shape = check_layers(model, [layer], picture)[layer]
    if len(shape) != 4:
        raise LayerError(f"layer {layer!r} gives {shape}; Grad-CAM needs maps (pictures, maps, height, width)")
