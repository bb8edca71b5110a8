"""Every error that a user's input can cause: each says in one sentence what is wrong and what to do.

ValueError
├── FacesError        faces cannot be read, or are not fit for what was asked
├── ModelError        a model or an option of it that does not exist
├── CheckpointError   weights, model or preprocessing do not fit
├── EvaluationError   outputs and class names do not fit
├── LayerError        a layer, map or place that does not exist or cannot be observed
├── RecordError       a record is missing, torn or of another version
└── StudyError        a study or a set of faces is missing
OSError               a file or folder that cannot be read or written, in the system's words
RuntimeError
└── RectifierError    a rectifier without a rule, or out of reach
"""

from fer_probe.activations import LayerError
from fer_probe.checkpoints import CheckpointError
from fer_probe.evaluation import EvaluationError
from fer_probe.faces.face_images import FacesError
from fer_probe.models import ModelError
from fer_probe.projections.backward_rules import RectifierError
from fer_probe.records import RecordError
from fer_probe.study import StudyError

USER_ERRORS: tuple[type[Exception], ...] = (
    FacesError, ModelError, CheckpointError, EvaluationError, LayerError, RecordError, StudyError, RectifierError,
    OSError,
)  # fmt: skip

__all__ = [
    "USER_ERRORS", "CheckpointError", "EvaluationError", "FacesError", "LayerError", "ModelError",
    "RecordError",
    "RectifierError", "StudyError",
]  # fmt: skip
