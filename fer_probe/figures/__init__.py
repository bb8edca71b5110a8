"""Figures: one file an analysis; a record in, a Plotly figure or a picture out. They draw and never compute."""

from fer_probe.figures.architecture import ARCHITECTURE_COLUMNS, architecture_figure, architecture_rows
from fer_probe.figures.au_profile import au_profile_figure
from fer_probe.figures.confusion import confusion_figure
from fer_probe.figures.distances import (
    best_map_in_words,
    distance_figure,
    distance_grid_figure,
    distance_heatmap_figure,
    distance_note,
)
from fer_probe.figures.embedding import colour_choices, embedding_figure, picture_labels
from fer_probe.figures.expression_counts import expression_counts_figure
from fer_probe.figures.latent_distributions import latent_distributions_figure
from fer_probe.figures.mosaics import mosaic, original_mosaic, paired_mosaics, projection_mosaic
from fer_probe.figures.overlays import landmarks_overlay, moved_overlay
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
from fer_probe.figures.theme import EXPRESSION_COLOURS, themed, titled
from fer_probe.figures.training_curves import training_curves_figure

__all__ = [
    "ARCHITECTURE_COLUMNS",
    "EXPRESSION_COLOURS",
    "architecture_figure",
    "architecture_rows",
    "au_profile_figure",
    "best_map_in_words",
    "colour_choices",
    "confusion_figure",
    "distance_figure",
    "distance_grid_figure",
    "distance_heatmap_figure",
    "distance_note",
    "embedding_figure",
    "enlarged",
    "expression_counts_figure",
    "face_picture",
    "face_thumbnail",
    "landmarks_overlay",
    "latent_distributions_figure",
    "maximized_picture",
    "mean_picture",
    "mosaic",
    "moved_overlay",
    "original_fields",
    "original_mosaic",
    "paired_mosaics",
    "picture_labels",
    "places_overlay",
    "png",
    "projection_mosaic",
    "projection_pictures",
    "themed",
    "titled",
    "training_curves_figure",
    "webp",
]
