"""For whom: a study's accuracy and detectors within groups of people, into the study."""

from collections.abc import Callable, Sequence

import numpy as np

from fer_probe.evaluation import Evaluation
from fer_probe.evidence.au_evidence import find_evidence
from fer_probe.evidence.group_comparisons import accuracy_by_group, detectors_by_group
from fer_probe.faces.face_images import FaceImages
from fer_probe.faces.groups import person_groups, why_no_groups
from fer_probe.harvesting import Harvest
from fer_probe.records import Record
from fer_probe.study import Study


def probe_groups(
    study: Study, set_name: str, faces: FaceImages, layers: Sequence[str], keep: Callable[[Record], None], seed: int = 0
) -> None:
    """Compare groups of people, where who they are is told: accuracy, and every detector of a layer.

    Args:
        study: holds what was found on these faces.
        set_name: of the faces.
        faces: with what is told of people; sets that tell nothing are left alone.
        layers: the last one's detectors are asked.
        keep: takes each record.
        seed: of the exchanges of persons.
    """
    if why_no_groups(faces):
        return
    people = person_groups(faces)
    evaluation = study.find(Evaluation, set_name)
    if evaluation is not None and (evaluation.expected >= 0).any():
        right = np.where(evaluation.expected >= 0, evaluation.expected == evaluation.predicted, np.nan)
        keep(accuracy_by_group(right, people, seed=seed))
    layer = layers[-1] if layers else ""
    evidence, found = find_evidence(study, set_name, layer), study.find(Harvest, set_name, layer)
    if evidence is None or found is None or found.responses is None:
        return
    maps = {unit.au: unit.detector for unit in evidence.units() if unit.detector is not None}
    if maps:
        coded = (found.responses, np.asarray(faces.action_units), faces.action_unit_numbers)
        keep(detectors_by_group(*coded, maps, people, seed=seed, layer=layer))
