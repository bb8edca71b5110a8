"""Every way of learning by its name, as recipes tell it."""

from trainers.adversarial import ExpressionTransfer, ResidueClassification
from trainers.classification import Classification
from trainers.comparing import Comparing
from trainers.fading import Fading
from trainers.intensities import IntensityLearning
from trainers.learner import Learner
from trainers.reconstruction import Reconstruction
from trainers.variational import BetaVAELearning, SiameseVAELearning

LEARNERS: dict[str, type[Learner]] = {
    "classification": Classification,
    "reconstruction": Reconstruction,
    "comparing": Comparing,
    "siamese_vae": SiameseVAELearning,
    "fading": Fading,
    "beta_vae": BetaVAELearning,
    "expression_transfer": ExpressionTransfer,
    "intensities": IntensityLearning,
    "residue_classification": ResidueClassification,
}
