"""Probe settings: what a probe runs, and how."""

from collections.abc import Sequence
from dataclasses import dataclass

from fer_probe.checkpoints import Checkpoint
from fer_probe.projections.backward_rules import Rule


@dataclass(frozen=True)
class ProbeSettings:
    """What to run, and how.

    Attributes:
        layers: which layers' maps; None takes the three deepest convolutions. The last one named is the main one.
        k: how many of each map's strongest pictures.
        n: how many of the strongest responses the distance compares.
        permutations: of the labels, by which the distance is tested.
        rule: how the signal goes back through rectifiers.
        extensions: apply the rule to rectifiers that no paper gives one for.
        maximized: how many of the main layer's maps are maximised, the best of every action unit first.
        steps: of the maximisation.
        seed: of everything random.
        people: how many are drawn to experiment on; 0 leaves those experiments out, and attributions.
        combinations: of action units that they show alone and together.
        space: the layer that is mapped, clustered and probed linearly, any; None takes the latent of what codes faces,
            else the last vector before the outputs.
        judges: networks of their own that read what is decoded while latent variables are moved: classifiers, and
            regressors of action units.
        batch_size: changes speed only.
    """

    layers: Sequence[str] | None = None
    k: int = 9
    n: int = 9
    permutations: int = 1000
    rule: Rule = "deconvnet"
    extensions: bool = False
    maximized: int = 64
    steps: int = 128
    seed: int = 0
    people: int = 10
    combinations: Sequence[Sequence[int]] = ((4, 22),)
    space: str | None = None
    judges: Sequence[Checkpoint] = ()
    batch_size: int = 64
