"""The verb ``place``: faces of a corpus, or drawn ones, on a study's maps."""

import pytest

from fer_probe.faces.drawn_faces import draw_faces
from fer_probe.faces.layouts.face_table import write_face_table
from fer_probe.latents.embeddings import Embedding
from fer_probe.latents.placed_faces import PlacedFaces
from fer_probe.study import Study
from tests.latents.test_placement_probe import planted
from tests.test_cli import run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return planted(tmp_path_factory.mktemp("place")).folder


@pytest.mark.parametrize(("name", "count"), [("friends", 7), ("new", 21)])
def test_faces_are_placed_told_of_and_reported(folder, tmp_path, name, count):
    """Those of a folder, or three drawn people; the table, the study and the report have them."""
    write_face_table(draw_faces(1, 40, seed=5), tmp_path / "photos")
    told = ("--faces", tmp_path / "photos", "--name", name) if name == "friends" else ()
    code, output = run("place", folder, *told)
    assert code == 0 and f"{count} faces of" in output and "farther off than" in output
    study = Study.open(folder)
    held = {one.name: len(one) for one in study.of_layer(PlacedFaces, "some", *study.layers(Embedding, "some"))}
    assert held[name] == count
    assert f"Placed faces, {name}" in (folder / "report.html").read_text(encoding="utf-8")


def test_a_folder_without_a_study_or_faces_is_one_sentence(folder, tmp_path, capfd):
    """Exit code 2, and what to do."""
    assert run("place", tmp_path)[0] == 2
    assert "no study at" in capfd.readouterr().err
    assert run("place", folder, "--faces", tmp_path / "none")[0] == 2
    assert "nothing at" in capfd.readouterr().err
