"""Figures: one file an analysis; a record in, a Plotly figure or a picture out. They draw and never compute."""

from fer_probe.figures.architecture import ARCHITECTURE_COLUMNS, architecture_figure, architecture_rows
from fer_probe.figures.au_profile import au_profile_figure
from fer_probe.figures.clusters import cluster_counts_figure, cluster_name, scores_in_words
from fer_probe.figures.confusion import confusion_figure
from fer_probe.figures.decoded_faces import (
    compared_traversals_figure,
    face_name,
    interpolations_figure,
    reconstructions_figure,
    transfers_figure,
    traversals_figure,
)
from fer_probe.figures.disentanglement import disentanglement_figure, linear_probes_figure
from fer_probe.figures.distances import (
    distance_figure,
    distance_grid_figure,
    distance_heatmap_figure,
    distance_note,
)
from fer_probe.figures.embedding import colour_choices, embedding_figure, embedding_series_figure, picture_labels
from fer_probe.figures.expression_counts import expression_counts_figure
from fer_probe.figures.latent_distributions import latent_distributions_figure
from fer_probe.figures.mosaics import mosaic, ordinary_mosaic, original_mosaic, paired_mosaics, projection_mosaic
from fer_probe.figures.overlays import landmarks_overlay, moved_overlay
from fer_probe.figures.picture_grid import decoded_picture, picture_grid_figure
from fer_probe.figures.pictures import (
    enlarged,
    face_picture,
    face_thumbnail,
    maximized_picture,
    mean_picture,
    original_fields,
    places_overlay,
    png,
    projection_pictures,
    webp,
)
from fer_probe.figures.placed_faces import neighbours_in_words, placed_face_rows, placed_faces_figure
from fer_probe.figures.significance import evidence_figure, significance_figure
from fer_probe.figures.theme import EXPRESSION_COLOURS, themed, titled
from fer_probe.figures.training_curves import training_curves_figure
from fer_probe.figures.traversal_readings import (
    traversal_curves_figure,
    traversal_reading_rows,
    traversal_readings_figure,
)
from fer_probe.figures.verdicts import best_map_in_words, significance_note

__all__ = [
    "ARCHITECTURE_COLUMNS",
    "EXPRESSION_COLOURS",
    "architecture_figure",
    "architecture_rows",
    "au_profile_figure",
    "best_map_in_words",
    "cluster_counts_figure",
    "cluster_name",
    "colour_choices",
    "compared_traversals_figure",
    "confusion_figure",
    "decoded_picture",
    "disentanglement_figure",
    "distance_figure",
    "distance_grid_figure",
    "distance_heatmap_figure",
    "distance_note",
    "embedding_figure",
    "embedding_series_figure",
    "enlarged",
    "evidence_figure",
    "expression_counts_figure",
    "face_name",
    "face_picture",
    "face_thumbnail",
    "interpolations_figure",
    "landmarks_overlay",
    "latent_distributions_figure",
    "linear_probes_figure",
    "maximized_picture",
    "mean_picture",
    "mosaic",
    "moved_overlay",
    "neighbours_in_words",
    "ordinary_mosaic",
    "original_fields",
    "original_mosaic",
    "paired_mosaics",
    "picture_grid_figure",
    "picture_labels",
    "placed_face_rows",
    "placed_faces_figure",
    "places_overlay",
    "png",
    "projection_mosaic",
    "projection_pictures",
    "reconstructions_figure",
    "scores_in_words",
    "significance_figure",
    "significance_note",
    "themed",
    "titled",
    "training_curves_figure",
    "transfers_figure",
    "traversal_curves_figure",
    "traversal_reading_rows",
    "traversal_readings_figure",
    "traversals_figure",
    "webp",
]
