"""Backward paths: what lies between a layer and the picture, and whether a backward rule has a word for all of it.

A rectifier can be spelled in endless ways (x·sigmoid(x), a square root of a square, a function in another thread).
So what may lie on the way back is listed, not what may not: linear operations, normalisation, pooling and switches,
rearrangement, gates, and the rectifiers that were given the rule. Anything else is refused, or counted as an
extension through which the signal goes by its gradient.
"""

import re
from collections.abc import Iterator
from typing import Any

from torch import Tensor

from fer_probe.projections.backward_rules import RectifierError

_LINEAR = (
    "Convolution MkldnnConvolution ConvolutionOverrideable Addmm Mm Bmm Baddbmm Addbmm Add Sub Rsub Neg Mul Div Mean "
    "Sum Cumsum AvgPool2D AvgPool3D AdaptiveAvgPool2D MkldnnAdaptiveAvgPool2D UpsampleNearest2D UpsampleBilinear2D "
    "UpsampleBicubic2D GridSampler2D NativeDropout"
)
_SWITCHES = "MaxPool2DWithIndices MaxPool3DWithIndices AdaptiveMaxPool2D AdaptiveMaxPool3D Amax Max Maximum Minimum"
_NORMALIZATION = "NativeBatchNorm CudnnBatchNorm MiopenBatchNorm NativeLayerNorm NativeGroupNorm LinalgVectorNorm"
_REARRANGEMENT = (
    "View UnsafeView ReshapeAlias Permute Transpose T Mt Expand Unsqueeze Squeeze Cat Stack Split SplitWithSizes "
    "UnsafeSplit Slice Select Index IndexSelect Gather Clone CopySlices CopyBackwards Copy ToCopy Alias AsStrided "
    "ConstantPadNd ReflectionPad1D ReflectionPad2D ReplicationPad1D ReplicationPad2D PixelShuffle PixelUnshuffle Roll "
    "Flip Repeat Unbind Unfold Im2Col Col2Im Narrow AccumulateGrad"
)
#: Gates and attention weigh a signal; their own path goes back by its gradient.
_GATES = (
    "Sigmoid Hardsigmoid Tanh Softmax ScaledDotProductFlashAttention ScaledDotProductFlashAttentionForCpu "
    "ScaledDotProductEfficientAttention ScaledDotProductFusedAttentionOverrideable"
)
_RULED = "_Rectifier _SoftRectifier"
_KNOWN = frozenset(" ".join((_LINEAR, _SWITCHES, _NORMALIZATION, _REARRANGEMENT, _GATES, _RULED)).split())


def check_backward_path(output: Tensor, pixels: Tensor, *, extensions: bool) -> int:
    """Make sure that a backward rule is defined for all that lies between a layer's output and the picture.

    Args:
        output: of the layer, with its graph.
        pixels: the leaf that the signal is to reach.
        extensions: let the signal go by its gradient through what no rule is defined for.

    Returns:
        How many operations that were.

    Raises:
        RectifierError: an operation without a rule, and no extensions; the message names it.
    """
    unruled = [name for node in _nodes_on_the_way(output, pixels) if (name := _without_rule(*node))]
    if unruled and not extensions:
        raise RectifierError(
            f"between the layer and the picture lies {unruled[0]}, for which no backward rule is defined: give "
            "extensions=True (--extensions) to let the signal through by its gradient (the result says so), or take "
            "the gradient rule"
        )
    return len(unruled)


def _nodes_on_the_way(output: Tensor, pixels: Tensor) -> Iterator[tuple[Any, list[bool]]]:
    """Every node that depends on the picture, with which of its inputs do."""
    depends: dict[Any, bool] = {None: False}
    waiting = [output.grad_fn]
    while waiting:
        node = waiting[-1]
        inputs = [source for source, _ in node.next_functions] if node is not None else []
        missing = [source for source in inputs if source not in depends]
        if missing:
            waiting.extend(missing)
            continue
        waiting.pop()
        if node in depends:
            continue
        depends[node] = getattr(node, "variable", None) is pixels or any(depends[source] for source in inputs)
        if depends[node]:
            yield node, [depends[source] for source in inputs]


def _without_rule(node: Any, inputs: list[bool]) -> str:
    """The name of an operation that no rule is defined for; empty where one is."""
    name = re.sub(r"Backward\d*$", "", node.name().rpartition("::")[2])
    if name not in _KNOWN:
        return f"an operation {name!r}"
    if name in ("Mul", "Div") and sum(inputs) == 2 and not _is_broadcast(node):
        return "a product of two signals of one shape (such as x·sigmoid(x))"
    if name in ("Maximum", "Minimum") and sum(inputs) < 2:
        return f"a rectifier written as {name.lower()}"
    return ""


def _is_broadcast(node: Any) -> bool:
    """A gate of another shape weighs whole maps or places; a factor of the same shape is a function of its own."""
    return bool(node._saved_self.shape != node._saved_other.shape)
