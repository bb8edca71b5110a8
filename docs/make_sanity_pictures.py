"""Make the sanity panels of docs/results.md: AU12's map of a trained net, and of the same net never trained.

fer-probe demo --no-serve && python docs/make_sanity_pictures.py studies/demo/checkpoint.safetensors
"""

import argparse
from pathlib import Path

import torch
from torch import nn

import fer_probe as fp
from fer_probe.experiments.experiment_probe import drawn_size
from fer_probe.experiments.sanity_checks import TRAINED
from fer_probe.figures.sanity_checks import likeness_in_words, sanity_figure, sanity_in_words

PICTURES = Path(__file__).parent / "pictures"
LAYER, AU, PEOPLE, SEED = "conv3", 12, 60, 101


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    checkpoint = fp.load_checkpoint(parser.parse_args().checkpoint)
    torch.manual_seed(0)
    untrained = fp.build_model(checkpoint.architecture["name"], **checkpoint.architecture["options"]).eval()
    for name, model in (("trained", checkpoint.model), ("never-trained", untrained)):
        _panel(name, model, checkpoint.preprocessing)


def _panel(name: str, model: nn.Module, prepare: fp.Preprocessing) -> None:
    """One picture, and its numbers: the map with the largest D for the unit on people who switch units at random."""
    faces = fp.draw_faces(PEOPLE, drawn_size(prepare), SEED, pictures="action_units", switched_on=0.3)
    images = prepare(faces)
    found = fp.harvest(model, images, [LAYER])[LAYER]
    best = fp.au_distances(found.responses, faces.action_units, faces.action_unit_numbers).best_map(AU)
    assert best is not None  # the unit is drawn on a third of the faces
    checks = fp.check_projections(model, images, found)
    figure = sanity_figure(checks, faces, best, (images.shape[2], images.shape[3]))
    figure.update_layout(title_text=f"{name.replace('-', ' ').capitalize()}: {figure.layout.title.text}")
    if name != "trained":
        words = figure.layout.xaxis.ticktext
        figure.update_xaxes(ticktext=["itself" if word == TRAINED else word for word in words])
        figure.layout.title.subtitle.text = figure.layout.title.subtitle.text.replace("with trained", "with itself")
    figure.update_layout(paper_bgcolor="white", plot_bgcolor="white")
    figure.write_image(PICTURES / f"sanity-{name}.webp", width=760, height=figure.layout.height, scale=1.5)
    print(f"{name}, map {best}: {likeness_in_words(checks, best)}\n  {sanity_in_words(checks, best)}")
    print(f"  all {len(checks.maps)} maps: {sanity_in_words(checks)}")


if __name__ == "__main__":
    main()
