"""What a report shows of the maps of the mouth, the eyes, the brows: Zhu et al., table 2, of every part of the face."""

from typing import Any

import plotly.graph_objects as go

from fer_probe.evidence.map_regions import MapRegions
from fer_probe.faces.face_images import FaceImages
from fer_probe.figures.map_regions import map_regions_figure, regions_in_words, share_in_words
from fer_probe.figures.mosaics import paired_mosaics
from fer_probe.projections.deconvolution import Projections
from fer_probe.study import Study

#: So many maps of each region are shown.
_MAPS = 3


class ReportRegions:
    """Parts of the face on which the maps of a layer fire."""

    def __init__(self, study: Study, set_name: str, layer: str) -> None:
        self.found = study.find(MapRegions, set_name, layer)
        self.projections = study.find(Projections, set_name, layer)

    @property
    def figure(self) -> tuple[go.Figure, str] | None:
        """Every map and part of the face."""
        if self.found is None:
            return None
        words = f"Share of faces on which each map of {self.found.layer} fires most in each part of the face"
        return map_regions_figure(self.found), words

    @property
    def words(self) -> str:
        """How many maps each part has."""
        return "" if self.found is None else regions_in_words(self.found)

    def galleries(self, faces: FaceImages, picture_size: tuple[int, int]) -> list[dict[str, Any]]:
        """Of each part its surest maps: what their three strongest pictures are, over the projections."""
        if self.found is None or self.projections is None:
            return []
        told = [
            {
                "region": name,
                "maps": [
                    {
                        "number": int(number),
                        "share": share_in_words(self.found, int(number), row),
                        "pairs": paired_mosaics(faces, self.projections, int(number), picture_size)[0],
                    }
                    for number in self.found.maps_of(name)[:_MAPS]
                ],
            }
            for row, name in enumerate(self.found.region_names)
        ]
        return [one for one in told if one["maps"]]
