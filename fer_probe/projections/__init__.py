"""What made a unit fire, drawn as a picture: backward rules, receptive fields, deconvolution, maximisation."""
