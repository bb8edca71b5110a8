"""Every way of learning by its name, as recipes tell it."""

from trainers.learners.adversarial import ExpressionTransfer, ResidueClassification
from trainers.learners.classification import Classification
from trainers.learners.comparing import Comparing
from trainers.learners.erased_fading import ErasedFading
from trainers.learners.fading import Fading
from trainers.learners.intensities import IntensityLearning
from trainers.learners.learner import Learner
from trainers.learners.reconstruction import Reconstruction
from trainers.learners.variational import BetaVAELearning, SiameseVAELearning

LEARNERS: dict[str, type[Learner]] = {
    "classification": Classification,
    "reconstruction": Reconstruction,
    "comparing": Comparing,
    "siamese_vae": SiameseVAELearning,
    "fading": Fading,
    "erased_fading": ErasedFading,
    "beta_vae": BetaVAELearning,
    "expression_transfer": ExpressionTransfer,
    "intensities": IntensityLearning,
    "residue_classification": ResidueClassification,
}
