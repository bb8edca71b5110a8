"""How fast are faces drawn, and does a detector that only ever saw real faces find them?

python benchmarks/drawn_faces.py
"""

import time

import cv2
import numpy as np

import fer_probe as fp
from fer_probe.faces.face_detection import detect_face


def main() -> None:
    begun = time.perf_counter()
    faces = fp.draw_faces(subjects=72, size=128, seed=11).select(slice(0, 500))
    seconds = time.perf_counter() - begun
    boxes = [detect_face(picture) for picture in faces.pixels]
    found = [i for i, box in enumerate(boxes) if box is not None]
    overlaps = [_overlap(np.array(boxes[i]), faces.landmarks[i]) for i in found]
    share = np.mean([overlap >= 0.5 for overlap in overlaps]) * len(found) / len(faces)
    print(f"{504 / seconds:.0f} faces a second at 128 pixels, 7 of each person")
    print(f"{_faces_a_second_of_processor():.0f} at 96 pixels a second of one core, 14 of each person, all people new")
    print(f"Haar finds {len(found) / len(faces):.1%} of {len(faces)}; IoU with the landmarks' box ≥ 0.5: {share:.1%}")


def _faces_a_second_of_processor(repeats: int = 5) -> float:
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
