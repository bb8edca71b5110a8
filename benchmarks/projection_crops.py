"""How much faster are projections on receptive-field crops than on whole pictures? Both in turn, side by side.

python benchmarks/projection_crops.py
"""

import statistics
import time

import fer_probe as fp


def main() -> None:
    model = fp.build_model("zhu_cnn", classes=7)
    images = fp.Preprocessing(size=96, per_picture=True)(fp.draw_faces(subjects=10, size=96, seed=0))
    found = fp.harvest(model, images, ["conv3"])["conv3"]
    maps = range(0, 256, 16)
    seconds: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(3):
        for crop in (True, False):
            begun = time.perf_counter()
            fp.deconvolve(model, images, found, maps=maps, crop=crop)
            seconds[crop].append(time.perf_counter() - begun)
    ratio = statistics.median(w / c for w, c in zip(seconds[False], seconds[True], strict=True))
    units = len(maps) * found.values.shape[1]
    print(f"{units} units of zhu_cnn's conv3: whole pictures take {ratio:.1f} times as long as crops")


if __name__ == "__main__":
    main()
