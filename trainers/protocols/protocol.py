"""A protocol: how a paper comes from its corpus to its table."""

from collections.abc import Callable
from dataclasses import dataclass

from fer_probe.faces.face_crops import FaceCrop
from fer_probe.faces.face_images import FaceImages
from trainers.protocols.divisions import Division, Parts, every_tenth_person


@dataclass(frozen=True)
class Row:
    """A row of a paper's table.

    Attributes:
        recipe: its name, a key of :data:`trainers.RECIPES`.
        label: what the paper calls it.
        paper: accuracy on the test faces in %; None where the paper tells none.
        paper_validation: likewise, on those that choose the epoch.
        always: whether it is trained without being asked for by name.
        stages: recipes that are trained before it on the same faces, in order, each beginning with what the one
            before has learnt.
        pretrained: the stages instead where there are other people's faces to begin with, of which the first learns.
        others: how many of those learn, at most; None takes all that the protocol takes.
        share: of the labelled faces, how many it learns their expressions from, as many of each; None takes all that
            train. The stages before it learn from all.
        clustered: its recipe, an autoencoder's, is its last stage; what reads the faces are clusters of its latents.
    """

    recipe: str
    label: str
    paper: float | None = None
    paper_validation: float | None = None
    always: bool = True
    stages: tuple[str, ...] = ()
    pretrained: tuple[str, ...] = ()
    others: int | None = None
    share: float | None = None
    clustered: bool = False

    @property
    def reader(self) -> str:
        """What reads the test faces in the end."""
        return "K-means" if self.clustered else self.recipe

    @property
    def own_stages(self) -> tuple[str, ...]:
        """Those before its reader that bear its own name."""
        return (self.recipe,) if self.clustered else ()

    def stages_from(self, pretraining: bool) -> tuple[str, ...]:
        """The stages before it, with other people's faces to begin with or without."""
        return self.pretrained if pretraining and self.pretrained else self.stages


@dataclass(frozen=True)
class Protocol:
    """How a paper comes to its table.

    Attributes:
        name: of the protocol.
        paper: citation and table.
        corpora: what it is run on, keys of :data:`fer_probe.faces.corpora.READERS`.
        rows: of the table.
        division: which faces train, choose the epoch, and are read once.
        faces: the corpus → the faces that the paper takes of it, with their labels; None takes all that are labelled.
        shared: the paper's own division, where it has one person on two sides; only for who asks for it by name.
        crop: what is cut out of each picture, where the recipe says nothing.
        seeds: how many trainings of each division.
        pretraining: the corpora on which the paper trains first, keys likewise; empty where it does not.
        others: how the faces of those are divided.
    """

    name: str
    paper: str
    corpora: tuple[str, ...]
    rows: tuple[Row, ...]
    division: Division
    faces: Callable[[FaceImages], FaceImages] | None = None
    shared: Division | None = None
    crop: FaceCrop | None = None
    seeds: int = 1
    pretraining: tuple[str, ...] = ()
    others: Callable[[FaceImages], Parts] = every_tenth_person


@dataclass(frozen=True)
class ProtocolSettings:
    """How a protocol is run where its paper leaves that open, or where another way is asked for.

    Attributes:
        seeds: how many trainings of each division, from seed 0; None takes the protocol's.
        rows: recipes to train; None takes the rows that are always trained.
        epochs: another number than the recipes'.
        stage_epochs: another number than that, for the trainings that a row's own begins with.
        minutes: each training stops after the epoch in which this time is over.
        device: None takes a GPU where there is one.
        allow_shared_subjects: put up with one person on two sides; the tables then say so.
        augment_evaluation: validate and test on pictures augmented once.
        reduced: by the recipes' quick versions, for their own epochs: drawn faces on a few cores.
        quick: two epochs of these, and no more than two trainings of a row: to see that all goes well.
    """

    seeds: int | None = None
    rows: tuple[str, ...] | None = None
    epochs: int | None = None
    stage_epochs: int | None = None
    minutes: float | None = None
    device: str | None = None
    allow_shared_subjects: bool = False
    augment_evaluation: bool = False
    reduced: bool = False
    quick: bool = False

    @property
    def told(self) -> str:
        """What is not the protocol's own, for a table."""
        words = {
            "a quick look, no result: at most two trainings a row": self.quick,
            "reduced: by the quick recipes": self.reduced,
            f"epochs of each training: {self.epochs}": self.epochs is not None,
            f"epochs of each training before a row's own: {self.stage_epochs}": self.stage_epochs is not None,
            f"minutes after which each training stops: {self.minutes}": self.minutes is not None,
            "validated and tested on pictures augmented once": self.augment_evaluation,
        }
        return "; ".join(word for word, said in words.items() if said)
