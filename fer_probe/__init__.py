"""fer_probe: what has a facial-expression network learnt to see, and is that a facial action unit?

Every name is loaded when it is first used, so that ``import fer_probe as fp`` costs next to nothing.
"""

import importlib
from typing import Any

__version__ = "0.1.0"

# No public name may be a module's name: importing the module would hide it. Hence harvesting.harvest.
_HOMES: dict[str, str] = {
    "MODELS": "fer_probe.models",
    "build_model": "fer_probe.models",
    "FaceImages": "fer_probe.faces.face_images",
    "FacesError": "fer_probe.faces.face_images",
    "DrawnFaces": "fer_probe.faces.drawn_faces",
    "draw_faces": "fer_probe.faces.drawn_faces",
    "render_face": "fer_probe.faces.drawn_faces",
    "random_identity": "fer_probe.faces.drawn_faces",
    "Identity": "fer_probe.faces.drawn_faces",
    "Pose": "fer_probe.faces.drawn_faces",
    "Light": "fer_probe.faces.drawn_faces",
    "Camera": "fer_probe.faces.drawn_faces",
    "load_faces": "fer_probe.faces.corpora",
    "ActionUnitTable": "fer_probe.faces.action_unit_tables",
    "load_action_units": "fer_probe.faces.action_unit_tables",
    "join_action_units": "fer_probe.faces.action_unit_tables",
    "peak_frames": "fer_probe.faces.frames",
    "middle_frames": "fer_probe.faces.frames",
    "all_but_first": "fer_probe.faces.frames",
    "first_as_neutral": "fer_probe.faces.frames",
    "subject_split": "fer_probe.faces.splits",
    "subject_folds": "fer_probe.faces.splits",
    "random_split": "fer_probe.faces.splits",
    "majority_labels": "fer_probe.faces.votes",
    "soft_labels": "fer_probe.faces.votes",
    "Preprocessing": "fer_probe.faces.preprocessing",
    "FixedCrop": "fer_probe.faces.face_crops",
    "HaarCrop": "fer_probe.faces.face_crops",
    "LandmarkCrop": "fer_probe.faces.face_crops",
    "Checkpoint": "fer_probe.checkpoints",
    "CheckpointError": "fer_probe.checkpoints",
    "load_checkpoint": "fer_probe.checkpoints",
    "save_checkpoint": "fer_probe.checkpoints",
    "LayerError": "fer_probe.activations",
    "record_activations": "fer_probe.activations",
    "RectifierError": "fer_probe.backward_rules",
    "backward_rule": "fer_probe.backward_rules",
    "Harvest": "fer_probe.harvesting",
    "harvest": "fer_probe.harvesting",
    "ReceptiveField": "fer_probe.receptive_fields",
    "receptive_field": "fer_probe.receptive_fields",
    "Evaluation": "fer_probe.evaluation",
    "evaluate": "fer_probe.evaluation",
    "predict": "fer_probe.evaluation",
    "IntensityEvaluation": "fer_probe.intensity_evaluation",
    "evaluate_intensities": "fer_probe.intensity_evaluation",
    "predict_intensities": "fer_probe.intensity_evaluation",
    "TransferEvaluation": "fer_probe.transfer_evaluation",
    "evaluate_transfer": "fer_probe.transfer_evaluation",
    "Projections": "fer_probe.deconvolution",
    "deconvolve": "fer_probe.deconvolution",
    "project_units": "fer_probe.deconvolution",
    "AUDistances": "fer_probe.au_distance",
    "au_distances": "fer_probe.au_distance",
    "AUSignificance": "fer_probe.distance_significance",
    "au_significance": "fer_probe.distance_significance",
    "AUConfirmation": "fer_probe.au_confirmation",
    "confirm_au_maps": "fer_probe.au_confirmation",
    "AUAgreement": "fer_probe.agreement_measures",
    "au_agreement": "fer_probe.agreement_measures",
    "MaximizedMaps": "fer_probe.activation_maximization",
    "maximize_activation": "fer_probe.activation_maximization",
    "Embedding": "fer_probe.embeddings",
    "EmbeddingSeries": "fer_probe.embeddings",
    "embed": "fer_probe.embeddings",
    "embed_series": "fer_probe.embeddings",
    "layer_features": "fer_probe.embeddings",
    "EncodedImages": "fer_probe.encoded_images",
    "Clusters": "fer_probe.clusters",
    "ClusterScores": "fer_probe.clusters",
    "cluster": "fer_probe.clusters",
    "cluster_samples": "fer_probe.clusters",
    "name_clusters": "fer_probe.clusters",
    "score_clusters": "fer_probe.clusters",
    "Latents": "fer_probe.latents",
    "LatentDistributions": "fer_probe.latents",
    "find_latents": "fer_probe.latents",
    "latent_distributions": "fer_probe.latents",
    "Traversals": "fer_probe.traversals",
    "Interpolations": "fer_probe.traversals",
    "traverse": "fer_probe.traversals",
    "traverse_variables": "fer_probe.traversals",
    "interpolate": "fer_probe.traversals",
    "interpolate_pairs": "fer_probe.traversals",
    "Reconstructions": "fer_probe.reconstructions",
    "reconstruct": "fer_probe.reconstructions",
    "Transfers": "fer_probe.transfers",
    "transfer": "fer_probe.transfers",
    "AblatedMaps": "fer_probe.ablation",
    "Ablation": "fer_probe.ablation",
    "ablate": "fer_probe.ablation",
    "ablate_each": "fer_probe.ablation",
    "Disentanglement": "fer_probe.disentanglement",
    "measure_disentanglement": "fer_probe.disentanglement",
    "known_factors": "fer_probe.faces.factors",
    "LinearProbes": "fer_probe.linear_probes",
    "probe_linearly": "fer_probe.linear_probes",
    "ResponsePlaces": "fer_probe.response_places",
    "find_response_places": "fer_probe.response_places",
    "Architecture": "fer_probe.architecture",
    "describe_architecture": "fer_probe.architecture",
    "RecordEntry": "fer_probe.study",
    "Study": "fer_probe.study",
    "StudyError": "fer_probe.study",
    "probe_checkpoint": "fer_probe.probe",
    "write_report": "fer_probe.report",
}

__all__ = ["__version__", *_HOMES]  # noqa: PLE0604 - the names are strings


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'fer_probe' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
