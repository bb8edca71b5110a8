"""The papers' protocols: which faces they take, and every one from a folder in its corpus's layout to the table."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import fer_probe as fp
from fer_probe.faces.corpora import READERS, load_faces
from fer_probe.faces.face_images import FacesError
from fer_probe.latents.clusters import Clusters, ClusterScores
from fer_probe.records import load_record
from trainers import RECIPES
from trainers.protocols.loop import run_protocol
from trainers.protocols.papers import (
    PROTOCOLS,
    check_pretraining,
    peaks_and_neutral,
    protocol_for,
    strong_visible,
    without_fear,
)
from trainers.protocols.plan import DividedFaces
from trainers.protocols.protocol import ProtocolSettings


def tiny(recipe):
    """The recipe with pictures that train in no time, a classifier's with such a net; crop, channels … stay."""
    classifies = recipe.learning == "classification" and not recipe.takes_over
    small = {"model": "jahromi_medium", "options": {}, "size": 16, "center_crop": recipe.center_crop and 12}
    larger = {"size": 20, "center_crop": recipe.center_crop and 16}
    if recipe.model.startswith("cubarrubia") and not classifies:
        model = recipe.model.replace("dense", "conv")  # whose widths are what they are
        larger |= {"model": model, "options": {"maps": (2, 3, 4)}}
    return replace(
        recipe, **(small if classifies else larger), epochs=1, faces_a_class=recipe.faces_a_class and 8, expansion=None,
        augmentation=(), batch_size=64,
    )  # fmt: skip


TINY = {name: tiny(recipe) for name, recipe in RECIPES.items()}


@pytest.fixture(scope="module")
def corpora(tmp_path_factory):
    """Corpus → drawn faces in its layout, written once."""
    folders = {}

    def folder(corpus):
        if corpus not in folders:
            folders[corpus] = tmp_path_factory.mktemp("corpora") / corpus
            reader = READERS[corpus]
            READERS[corpus].write(fp.draw_faces(12, 32, seed=0, pictures=reader.drawn), folders[corpus])
        return folders[corpus]

    return folder


@pytest.mark.filterwarnings("ignore:.* has no neutral", "ignore:.* found nothing but by its fallback")
@pytest.mark.parametrize("protocol", list(PROTOCOLS.values()), ids=lambda protocol: protocol.name)  # fmt: skip
def test_from_folder_to_table(protocol, corpora, tmp_path):
    """Every paper's: recognised, divided, trained, read once, and laid down with the paper's numbers."""
    folder = corpora(protocol.corpora[0])
    known, rows = protocol_for(protocol.name, protocol.corpora[0])
    assert known is protocol and rows is None
    run_protocol(protocol, load_faces(folder), tmp_path, ProtocolSettings(quick=True), recipes=TINY, progress=False)
    table = pd.read_csv(tmp_path / "table.csv")
    assert table["recipe"].tolist() == [row.recipe for row in protocol.rows]
    assert table["paper_test"].fillna(-1).tolist() == [row.paper or -1 for row in protocol.rows]
    for row, (_, line) in zip(protocol.rows, table.iterrows(), strict=True):
        assert line["runs"] == line["of_runs"] * row.always == 2 * row.always
        assert np.isfinite(line["test"]) == row.always
        if row.always:
            confusion = pd.read_csv(tmp_path / f"confusion_{row.recipe}.csv", index_col=0)
            assert confusion.to_numpy().sum() == line["test_faces"] > 0
            wrong = pd.read_csv(tmp_path / f"misclassified_{row.recipe}.csv")
            assert len(wrong) == line["test_faces"] - np.trace(confusion.to_numpy())
            assert (tmp_path / f"misclassified_{row.recipe}.png").read_bytes()[:4] == b"\x89PNG"
    assert "a quick look" in (tmp_path / "table.md").read_text(encoding="utf-8")


def test_every_row_is_a_recipe():
    """The numbers are those of the papers' tables."""
    rows = {(protocol.name, row.recipe): row for protocol in PROTOCOLS.values() for row in protocol.rows}
    assert all(recipe in RECIPES for _, recipe in rows)
    assert all(stage in RECIPES for row in rows.values() for stage in (*row.stages, *row.pretrained))
    told = {
        ("jahromi", "jahromi_shallow"): 48.06, ("jahromi", "jahromi_deep"): 68.23, ("ali_ck_plus", "ali_cnn_baseline"):
        90.34, ("ali_mmi", "ali_cnn_baseline"): 58.46, ("ali_oulu_casia", "ali_cnn_baseline"): 73.14,
        ("ali_ck_plus", "ali_degan_fer"): 97.36, ("ali_mmi", "ali_degan_fer"): 72.98,
        ("ali_oulu_casia", "ali_degan_fer"): 89.24, ("cubarrubia", "cubarrubia_supervised_cropped"): 57.89,
        ("cubarrubia", "cubarrubia_dense_ae_grey"): 12.53, ("cubarrubia", "cubarrubia_conv_ae"): 10.98,
        ("cubarrubia", "cubarrubia_conv_ae_cropped"): 17.77, ("cubarrubia", "cubarrubia_semisupervised_grey"): 43.58,
        ("cubarrubia", "cubarrubia_semisupervised"): 34.31, ("zhu", "zhu_cnn"): None,
    }  # fmt: skip
    assert {key: rows[key].paper for key in told} == told
    assert rows["jahromi", "jahromi_medium_he"].paper_validation == 58.1


def expressions(faces):
    return {faces.expression_names[i] for i in np.unique(faces.expression)}


def test_what_is_taken_of_ck_plus(corpora):
    """Zhu: all but the neutral first; Ali: three peaks; Khorrami: neutral and three; Barradas: no recording of fear."""
    faces = load_faces(corpora("ck_plus"))
    shown = np.array([*faces.expression_names, ""])[faces.expression]
    labelled = faces.sequence[(shown != "") & (shown != "neutral")]
    zhu, ali = (PROTOCOLS[name].faces(faces) for name in ("zhu", "ali_ck_plus"))
    assert (zhu.frame > 0).all() and len(zhu) == (np.isin(faces.sequence, labelled) & (faces.frame > 0)).sum()
    assert len(ali) == 3 * len(labelled) and expressions(ali) == expressions(zhu) == set(shown) - {"", "neutral"}
    khorrami = peaks_and_neutral(faces)
    assert len(khorrami) == 4 * len(labelled)
    assert np.array_equal(khorrami.frame == 0, khorrami.expression == khorrami.expression_names.index("neutral"))
    barradas = without_fear(faces)
    assert expressions(barradas) == expressions(khorrami) - {"fear"}
    assert set(barradas.sequence) == set(labelled) - set(faces.sequence[shown == "fear"])


def test_recordings_without_a_label_are_nobodys_neutral(corpora):
    """The first frame of a recording that shows no expression stays out."""
    faces = load_faces(corpora("ck_plus"))
    bare = faces.sequence == faces.sequence[faces.expression >= 0][0]
    faces = replace(faces, expression=np.where(bare, -1, faces.expression))
    assert not set(faces.sequence[bare]) & set(peaks_and_neutral(faces).sequence)


def test_what_is_taken_of_oulu_casia(corpora):
    """The last three frames in strong visible light; where there is none, that is said."""
    faces = load_faces(corpora("oulu_casia"))
    weak = np.arange(len(faces)) >= len(faces) // 2
    strength = np.where(weak, "Weak", "Strong")
    mixed = replace(faces, attributes={**faces.attributes, "strength": strength})
    assert set(strong_visible(mixed).attributes["strength"]) == {"Strong"}
    with pytest.raises(FacesError, match="none in strong visible light"):
        strong_visible(mixed.select(weak))


def test_what_is_taken_of_mmi(corpora):
    """The three middle frames, of one frontal view."""
    faces = load_faces(corpora("mmi"))
    taken = PROTOCOLS["ali_mmi"].faces(faces)
    assert len(taken) == 3 * len(np.unique(faces.sequence))
    view = np.where(faces.subject == faces.subject[0], "2", "0")
    mixed = replace(faces, attributes={**faces.attributes, "view": view})
    assert faces.subject[0] not in PROTOCOLS["ali_mmi"].faces(mixed).subject


def test_a_name_and_a_corpus_choose_the_protocol():
    """A paper, a recipe for its one row, and what does not go together."""
    assert protocol_for("ali", "mmi") == (PROTOCOLS["ali_mmi"], None)
    assert protocol_for("ali_cnn_baseline", "oulu_casia") == (PROTOCOLS["ali_oulu_casia"], ("ali_cnn_baseline",))
    with pytest.raises(FacesError, match="zhu is for ck_plus; these faces are fer2013"):
        protocol_for("zhu", "fer2013")
    with pytest.raises(FacesError, match="no protocol 'nobody'; there are jahromi"):
        protocol_for("nobody", "fer2013")


def test_the_corpus_of_the_pre_training_is_the_papers():
    """BU-4DFE for Ali & Hughes; the corpus itself, whose people are tested, is none; others train on nothing first."""
    check_pretraining(PROTOCOLS["ali_mmi"], "bu_4dfe")
    with pytest.raises(FacesError, match="ali_mmi trains on bu_4dfe first; --pretraining is mmi"):
        check_pretraining(PROTOCOLS["ali_mmi"], "mmi")
    with pytest.raises(FacesError, match="zhu has no pre-training; --pretraining is bu_4dfe"):
        check_pretraining(PROTOCOLS["zhu"], "bu_4dfe")


ROWS_OF_TABLE_1 = ("cubarrubia_conv_ae_grey", "cubarrubia_semisupervised_grey", "cubarrubia_supervised_grey")


def test_cubarrubias_table_from_two_folders(corpora, tmp_path):
    """FEC's faces teach the autoencoders, AffectNet's name clusters and heads; the same faces are read by all rows."""
    protocol, rows = protocol_for("cubarrubia", "affectnet")
    assert protocol is PROTOCOLS["cubarrubia"] and rows is None
    settings = ProtocolSettings(rows=ROWS_OF_TABLE_1, seeds=1, device="cpu")
    affectnet, fec = load_faces(corpora("affectnet")), load_faces(corpora("fec"))

    def run():
        return run_protocol(
            protocol, affectnet, tmp_path, settings, pretraining=fec, recipes=TINY, progress=False
        ).set_index("recipe")  # fmt: skip

    table = run()
    ran = table.loc[list(ROWS_OF_TABLE_1)]
    assert ran["test"].between(0, 100).all() and ran["test_faces"].nunique() == 1
    assert ran["stages"].tolist() == [
        "cubarrubia_conv_ae_grey → K-means",
        "cubarrubia_semisupervised_autoencoder_grey → cubarrubia_semisupervised_grey",
        "cubarrubia_supervised_grey",
    ]
    assert ran["paper_test"].tolist() == [12.17, 43.58, 57.51]
    assert table["pretraining"].iloc[0].startswith(f"{len(fec)} of FEC")
    runs = tmp_path / "runs"
    conv, head, whole = (
        fp.load_checkpoint(runs / path)
        for path in (
            "cubarrubia_conv_ae_grey/stages/pretraining-seed-0-cubarrubia_conv_ae_grey.safetensors",
            "cubarrubia_semisupervised_grey/seed-0.safetensors", "cubarrubia_supervised_grey/seed-0.safetensors",
        )
    )  # fmt: skip
    assert conv.class_names == () and conv.data["training"]["faces"] == len(fec) - len(fec) // 11
    fifth = [round(0.2 * (affectnet.expression == i).sum()) for i in np.unique(affectnet.expression)]
    assert sorted(head.data["training"]["faces_a_class"].values()) == sorted(fifth)
    assert whole.data["training"]["faces"] == pytest.approx(0.7 * len(affectnet), abs=1)
    scores = load_record(runs / "cubarrubia_conv_ae_grey" / "seed-0-cluster-scores", ClusterScores)
    assert 100 * scores.accuracy == pytest.approx(table.loc["cubarrubia_conv_ae_grey", "test"])
    found = load_record(runs / "cubarrubia_conv_ae_grey" / "seed-0-clusters", Clusters)
    assert len(found.labels) == conv.data["training"]["faces"]
    assert len(found.centres) == len(set(scores.names)) == len(np.unique(affectnet.expression))
    told = (tmp_path / "table.md").read_text(encoding="utf-8")
    assert "K-means divides the latents" in told and "20% of the labelled faces train" in told
    written = {file: file.stat().st_mtime_ns for file in runs.rglob("*.safetensors")}
    pd.testing.assert_frame_equal(run(), table)
    assert {file: file.stat().st_mtime_ns for file in runs.rglob("*.safetensors")} == written


def test_one_row_learns_from_fewer():
    """10,000 pictures for the convolutional autoencoder on crops, 25,000 for every other."""
    others = {row.recipe: row.others for row in PROTOCOLS["cubarrubia"].rows}
    assert {name for name, most in others.items() if most is not None} == {"cubarrubia_conv_ae_cropped"}
    assert others["cubarrubia_conv_ae_cropped"] == 10_000
    faces = fp.draw_faces(1, 16, 0, per_subject=1).select(np.zeros(60_000, np.int64))
    parts = PROTOCOLS["cubarrubia"].others(faces)
    assert (len(parts.training), len(parts.validation), len(parts.test)) == (25_000, 2_500, 0)
    few = DividedFaces(faces, parts, "").fewer(10_000).parts
    assert len(few.training) == 10_000 and set(few.training) < set(parts.training)
    assert np.abs(few.training.mean() - 30_000) < 1000  # a sample, not the first of the corpus
