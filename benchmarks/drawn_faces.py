"""How fast are faces drawn, and does a detector that only ever saw real faces find them?

python benchmarks/drawn_faces.py
"""

import time

import cv2
import numpy as np

import fer_probe as fp
from fer_probe.faces.face_detection import detect_face


def main() -> None:
    print(f"{_faces_a_second():.0f} faces a second of one core at 96 pixels, 14 of each person, all people new")
    overlaps = np.array([_overlaps(seed) for seed in (11, 12, 13)])
    for name, shares in (("found", (overlaps > 0).mean(1)), ("IoU at least 0.5", (overlaps >= 0.5).mean(1))):
        told = ", ".join(f"{share:.1%}" for share in shares)
        print(f"Haar, three sets of 500 faces of 128 pixels, {name}: {told} – mean {shares.mean():.1%}")


def _overlaps(seed: int) -> list[float]:
    """Of each face, how its detected box overlaps the landmarks' box; 0 where none is found."""
    faces = fp.draw_faces(subjects=72, size=128, seed=seed).select(slice(0, 500))
    boxes = [detect_face(picture) for picture in faces.pixels]
    return [
        0.0 if box is None else _overlap(np.array(box), points)
        for box, points in zip(boxes, faces.landmarks, strict=True)
    ]


def _faces_a_second(repeats: int = 5) -> float:
    """The best of several: processor time, so that other work on the machine does not count."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    spent = []
    for seed in range(repeats):
        begun = time.process_time()
        faces = fp.draw_faces(40, 96, seed, per_subject=2)
        spent.append((time.process_time() - begun) / len(faces))
    cv2.setNumThreads(threads)
    return 1 / min(spent)


def _overlap(box: np.ndarray, landmarks: np.ndarray) -> float:
    """Intersection over union of (top, left, bottom, right) and the landmarks' box."""
    left, top = landmarks.min(0)
    right, bottom = landmarks.max(0)
    height = max(0, min(box[2], bottom) - max(box[0], top))
    width = max(0, min(box[3], right) - max(box[1], left))
    both = height * width
    return both / ((box[2] - box[0]) * (box[3] - box[1]) + (bottom - top) * (right - left) - both)


if __name__ == "__main__":
    main()
