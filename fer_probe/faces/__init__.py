"""Faces: drawn ones and every corpus, as :class:`~fer_probe.faces.face_images.FaceImages`."""
