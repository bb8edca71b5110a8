"""The command that trains: one paper's recipes by its module, quick versions, and what it says."""

import subprocess
import sys

import pytest

from fer_probe.checkpoints import load_checkpoint
from fer_probe.faces.corpora import READERS
from fer_probe.faces.drawn_faces import draw_faces
from trainers import RECIPES
from trainers.recipes import PAPERS, quick_version, recipes_of


@pytest.mark.parametrize("paper", [paper.__name__ for paper in PAPERS])
def test_a_papers_recipes_begin_with_its_own_model(paper):
    """What ``python -m trainers.PAPER`` trains when no recipe is named bears its model's name."""
    names = recipes_of(paper)
    assert RECIPES[names[0]].model == names[0]
    assert set(names) <= set(RECIPES)


def test_every_recipe_belongs_to_one_paper():
    """None is listed twice or by nobody."""
    assert sorted(name for paper in PAPERS for name in recipes_of(paper.__name__)) == sorted(RECIPES)


def test_quick_versions_are_of_the_same_model():
    """Each of the papers' classifiers has one; what has none is told those that do."""
    for paper in PAPERS:
        name = recipes_of(paper.__name__)[0]
        assert quick_version(name).model == name
    with pytest.raises(ValueError, match="jahromi_medium_he has no quick version; there are some of zhu_cnn"):
        quick_version("jahromi_medium_he")


def run(*words, **environment):
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-m", *words], capture_output=True, text=True, timeout=240,
        check=False, env={"PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1", "COLUMNS": "200", **environment},
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_a_module_trains_its_paper(tmp_path):
    """``python -m trainers.jahromi``: no recipe named, the paper's own model; the accuracy is said and kept."""
    path = tmp_path / "net.safetensors"
    drawn = tmp_path / "faces"
    READERS["csv"].write(draw_faces(10, 48), drawn)
    told = ["--faces", str(drawn), "--epochs", "1", "--checkpoint", str(path)]
    code, said, error = run("trainers.jahromi", *told)
    assert code == 0, error
    trained = load_checkpoint(path)
    assert trained.recipe["name"] == "jahromi_medium"
    assert f"accuracy {trained.metrics['test_accuracy']:.1%}" in said
    code, _, error = run("trainers.zhu", "zhu_rnn", *told)
    assert code == 2
    assert "no recipe 'zhu_rnn'; there are zhu_cnn" in error
