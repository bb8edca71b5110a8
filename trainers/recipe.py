"""A recipe: everything about a training but the faces."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from torch import nn, optim
from torch.optim.lr_scheduler import LRScheduler, OneCycleLR, ReduceLROnPlateau

from fer_probe.faces.face_crops import FaceCrop, crop_settings
from fer_probe.faces.face_images import FaceImages
from fer_probe.faces.preprocessing import Preprocessing
from trainers.augmentation import Augmentation
from trainers.expansion import Expansion


@dataclasses.dataclass(frozen=True)
class Recipe:
    """A model, what its input is made of, and how it learns.

    Attributes:
        name: of the recipe.
        model: a key of :data:`fer_probe.models.MODELS`.
        size: height and width of the input; one number for a square.
        options: of the model, beyond size, channels and classes.
        channels: of the input.
        crop: what is cut out of the raw picture first; None takes all of it.
        center_crop: the middle that is cut out of the resized picture; the model then takes that size.
        normalization: ``"per_pixel"`` (each pixel's mean and deviation over the training faces), ``"per_set"`` (one of
            each over all their pixels), ``"per_picture"`` (each picture's own) or ``"none"`` (pixels in 0–1).
        equalize: histogram equalisation.
        faces_a_class: balance the training faces to so many of each expression; None takes them as they are.
        optimizer: ``"sgd"``, ``"adam"``, ``"adamw"`` or ``"adamax"``.
        learning_rate: the largest one of the schedule.
        momentum: of SGD.
        betas: of Adam.
        weight_decay: as the optimiser means it.
        batch_size: pictures a step.
        epochs: passes through the training faces, at most.
        schedule: ``"constant"``, ``"one_cycle"`` (up for a fifth, then down to zero by a cosine, step by step), or
            ``"plateau"`` (halved after ``patience`` epochs without a better validation).
        patience: of the plateau schedule.
        stop_after: end after this many epochs without a better validation; None goes through all.
        label_smoothing: share of the target that is spread over all classes.
        expansion: an epoch shows all these variants of each training face; their windows are cut out of the resized
            picture and have the size of ``center_crop``, which is what is read afterwards.
        augmentation: applied to each training batch, in order, before the normalisation.
        learning: how the model learns, a key of :data:`trainers.learners.LEARNERS`.
        losses: weights of what is lowered, by the names that the learner gives them.
        takes_over: part of the model → part of an earlier stage's model that it begins with.
        fixed: parts of the model that do not learn.
    """

    name: str
    model: str
    size: int | tuple[int, int]
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    channels: int = 1
    crop: FaceCrop | None = None
    center_crop: int | tuple[int, int] | None = None
    normalization: str = "none"
    equalize: bool = False
    faces_a_class: int | None = None
    optimizer: str = "sgd"
    learning_rate: float = 1e-3
    momentum: float = 0.9
    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: float = 0.0
    batch_size: int = 64
    epochs: int = 60
    schedule: str = "constant"
    patience: int = 25
    stop_after: int | None = None
    label_smoothing: float = 0.0
    expansion: Expansion | None = None
    augmentation: tuple[Augmentation, ...] = ()
    learning: str = "classification"
    losses: Mapping[str, float] = dataclasses.field(default_factory=dict)
    takes_over: Mapping[str, str] = dataclasses.field(default_factory=dict)
    fixed: tuple[str, ...] = ()

    def preprocessing(self, faces: FaceImages) -> Preprocessing:
        """What the input is made of, fitted to the training faces where the recipe says so."""
        settings: dict[str, Any] = {
            name: getattr(self, name) for name in ("channels", "equalize", "crop", "center_crop")
        }
        _known("normalization", self.normalization, ("none", "per_picture", "per_pixel", "per_set"))
        if self.normalization in ("per_pixel", "per_set"):
            return Preprocessing.fitted(faces, self.size, per=self.normalization.removeprefix("per_"), **settings)
        return Preprocessing(self.size, per_picture=self.normalization == "per_picture", **settings)

    def held(self, preprocessing: Preprocessing) -> Preprocessing:
        """How the training faces lie on the device: before the last step, and whole where windows are cut out."""
        if self.expansion is None:
            return preprocessing
        if preprocessing.shape[1:] != (self.expansion.size, self.expansion.size) or self.center_crop is None:
            raise ValueError(
                f"{self.name} trains on windows of {self.expansion.size} pixels a side and is shown "
                f"{'×'.join(map(str, preprocessing.shape[1:]))} afterwards: give center_crop={self.expansion.size}"
            )
        return dataclasses.replace(preprocessing, center_crop=None, mean=0.0, std=1.0, per_picture=False)

    def optimizer_of(self, model: nn.Module) -> optim.Optimizer:
        """The optimiser, fused into one kernel a step where there is such a one."""
        parameters: Iterable[nn.Parameter] = [p for p in model.parameters() if p.requires_grad]
        shared: dict[str, Any] = {"lr": self.learning_rate, "weight_decay": self.weight_decay, "fused": True}
        _known("optimizer", self.optimizer, ("sgd", "adam", "adamw", "adamax"))
        if self.optimizer == "sgd":
            return optim.SGD(parameters, momentum=self.momentum, **shared)
        if self.optimizer == "adamax":
            return optim.Adamax(parameters, self.learning_rate, self.betas, weight_decay=self.weight_decay)
        kind = optim.Adam if self.optimizer == "adam" else optim.AdamW
        return kind(parameters, betas=self.betas, **shared)

    def schedule_of(self, optimizer: optim.Optimizer, steps: int) -> LRScheduler | None:
        """The schedule over ``steps`` steps in all; None keeps the rate."""
        _known("schedule", self.schedule, ("constant", "one_cycle", "plateau"))
        if self.schedule == "one_cycle":
            # The momentum stays: cycling it too would be a second change beside the paper's.
            return OneCycleLR(optimizer, self.learning_rate, steps, pct_start=0.2, cycle_momentum=False)
        if self.schedule == "plateau":
            return ReduceLROnPlateau(optimizer, mode="max", factor=0.5, patience=self.patience)
        return None

    def to_dict(self) -> dict[str, Any]:
        """The recipe as plain values; an augmentation as its own words."""
        settings = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        told = {
            "crop": crop_settings(self.crop),
            "expansion": self.expansion and repr(self.expansion),
            "augmentation": [repr(step) for step in self.augmentation],
        }
        return {**settings, **told}

    def chosen(self) -> dict[str, Any]:
        """What of :meth:`to_dict` is not the default: the same for a recipe that knows of more settings."""
        plain = Recipe(self.name, self.model, self.size).to_dict()
        always = ("name", "model", "size")
        return {name: value for name, value in self.to_dict().items() if name in always or value != plain[name]}


def _known(field: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(f"{field} {value!r}; known are {', '.join(known)}")
