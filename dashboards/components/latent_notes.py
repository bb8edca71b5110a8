"""Notes on latents: what each picture of the latent space's pages can and cannot say."""

SERIES = (
    "A small perplexity looks at few neighbours and breaks a space into pieces, a large one draws it together: "
    "what is on all maps can be believed."
)
PLACED = (
    "Stars were placed on the finished map, which did not move for them. A face unlike any other is placed all the "
    "same: where it is farther from its nearest than the map's own faces are, its place means little."
)
DISTRIBUTION = (
    "Each line is the density of a variable over faces of one expression (Barradas-Chacón et al., figures 7 and "
    "10). AUROC is how often a face of the expression has the larger value: 0.5 says nothing, 1 and 0 are apart. "
    "The linear discriminant reads people it was not fitted on."
)
DECODED = (
    "A decoder shows what it has learnt to draw, not what the encoder looked at; a variable that is moved past "
    "what faces have shows what the decoder makes of nonsense. That a decoded face shows an expression is "
    "measured by a network that had no part in making it."
)
RECONSTRUCTION = (
    "R² is the share of what faces differ by that comes back: a decoder that gives the mean face whatever the "
    "latent has 0. Light and background weigh more in it than a mouth."
)
CLUSTERS = (
    "K-means divides by what varies most, which may be light or who is seen. The adjusted Rand index and the "
    "mutual information need no names: 0 says that clusters and expressions have nothing to do with one another."
)
DISENTANGLEMENT = (
    "Each measure is 1 where each known factor is one variable. Factors that come together in these faces count "
    "against a latent that is right to hold them together; FactorVAE's score is low for units that are at rest on"
    " most faces."
)
LINEAR = (
    "What a linear rule reads off the space on faces it was not fitted on: that the space holds it, not that the "
    "network uses it."
)
