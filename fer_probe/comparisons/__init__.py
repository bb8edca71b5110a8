"""Two checkpoints on the same faces: their maps, layers, action units and answers, side by side."""
