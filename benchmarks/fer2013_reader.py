"""Does a network that has only ever seen photographs read the drawn faces?

python -m trainers ... see docs/results.md; then
python benchmarks/fer2013_reader.py medium-0.safetensors medium-1.safetensors medium-2.safetensors

Each checkpoint was trained on FER2013 alone. It reads the seven expressions of drawn people, at their peak, cut out
by one box that was fixed beforehand.
"""

import argparse
import dataclasses
from pathlib import Path

import numpy as np

import fer_probe as fp
from fer_probe.evaluation import Evaluation, evaluate
from fer_probe.faces.face_crops import FixedCrop

#: Top, left, bottom and right as shares of the picture: the mean of the boxes in which OpenCV's frontal detector
#: finds drawn faces, rounded. FER2013's own pictures were cut out by such boxes.
CROP = FixedCrop((0.12, 0.145, 0.83, 0.855))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoints", nargs="+", type=Path)
    parser.add_argument("--subjects", type=int, default=100)
    parser.add_argument("--seed", type=int, default=2013, help="of the people; nobody was tuned on the default's")
    given = parser.parse_args()
    faces = fp.draw_faces(given.subjects, 128, given.seed)
    readings = [_read(path, faces) for path in given.checkpoints]
    accuracies = np.array([reading.accuracy for reading in readings])
    print(f"{len(faces)} faces of {given.subjects} people, people's seed {given.seed}")
    print(", ".join(f"{accuracy:.1%}" for accuracy in accuracies), f"– mean {accuracies.mean():.1%}")
    _print_confusion(np.sum([reading.confusion for reading in readings], 0), readings[0].class_names)


def _read(path: Path, faces: fp.FaceImages) -> Evaluation:
    checkpoint = fp.load_checkpoint(path)
    images = dataclasses.replace(checkpoint.preprocessing, crop=CROP)(faces)
    return evaluate(checkpoint.model, images, faces, checkpoint.class_names)


def _print_confusion(confusion: np.ndarray, names: tuple[str, ...]) -> None:
    """Rows drawn, columns read, in % of each row."""
    print(f"{'':12}" + "".join(f"{name:>11}" for name in names))
    for name, row in zip(names, 100 * confusion / confusion.sum(1, keepdims=True), strict=True):
        print(f"{name:12}" + "".join(f"{share:11.0f}" for share in row))


if __name__ == "__main__":
    main()
