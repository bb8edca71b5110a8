"""Backward rules: how a signal goes back through a rectifier, applied at the operator, whatever the graph.

With g the signal from above and x the rectifier's input:

    gradient    g · 1[x > 0]            Simonyan, Vedaldi & Zisserman 2014
    deconvnet   max(g, 0)               Zeiler & Fergus 2014
    guided      max(g, 0) · 1[x > 0]    Springenberg et al. 2015

Convolutions go back as their transpose, without the bias; max pooling through its switches (where windows
overlap, what comes back to one cell is summed; a window of equal values has its switch at its first cell).

A ``TorchFunctionMode`` sees ``torch.relu``, ``relu_``, ``F.relu``, ``nn.ReLU`` and ``Tensor.relu`` alike: no hook,
no change to the model. Below it a ``TorchDispatchMode`` sees every operator that really ran, scripted ones too:
a rectifier that ran without having been seen above is an error, never a silent gradient.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

Rule = Literal["deconvnet", "guided", "gradient"]
RULES: tuple[Rule, ...] = ("deconvnet", "guided", "gradient")

_RULES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "gradient": lambda signal, passed: signal * passed,
    "deconvnet": lambda signal, passed: signal.clamp(min=0),
    "guided": lambda signal, passed: signal.clamp(min=0) * passed,
}

_RECTIFIERS = (functional.relu, torch.relu, Tensor.relu)
_RECTIFIERS_IN_PLACE = (torch.relu_, Tensor.relu_)
_CLAMPS = (torch.clamp, Tensor.clamp, torch.clip, Tensor.clip, torch.clamp_min, Tensor.clamp_min)
_CLAMPS_IN_PLACE = (
    torch.clamp_, Tensor.clamp_, torch.clip_, Tensor.clip_, torch.clamp_min_, Tensor.clamp_min_,
)  # fmt: skip

#: Rectifiers that the papers give no rule for. The same rule may be applied, as a stated extension.
_SOFT_RECTIFIERS = (
    functional.leaky_relu, functional.elu, functional.selu, functional.celu, functional.gelu, functional.silu,
    functional.mish, functional.softplus, functional.hardswish, functional.relu6, functional.prelu,
    functional.rrelu, functional.hardtanh, functional.threshold, torch.prelu, torch.selu, torch.celu,
    torch.rrelu, Tensor.prelu,
)  # fmt: skip

#: What rectifies below Python: operators that must not run but inside a call seen above.
_RECTIFYING_OPERATORS = frozenset(
    "relu relu_ relu6 relu6_ clamp clamp_ clamp_min clamp_min_ threshold threshold_ hardtanh hardtanh_ "
    "leaky_relu leaky_relu_ prelu _prelu_kernel rrelu_with_noise rrelu_with_noise_ elu elu_ celu celu_ selu selu_ "
    "gelu gelu_ silu silu_ mish mish_ softplus hardswish hardswish_ abs abs_ sign sgn signbit heaviside "
    "gt gt_ ge ge_ lt lt_ le le_".split()
)


class RectifierError(RuntimeError):
    """A rectifier cannot be given the rule that was asked for; the message names it and what to do."""


@contextmanager
def backward_rule(rule: Rule, *, extensions: bool = False) -> Iterator["RectifierCount"]:
    """Let every rectifier that runs in the block go back by ``rule`` when gradients are taken.

    Args:
        rule: ``"deconvnet"``, ``"guided"`` or ``"gradient"``.
        extensions: apply the rule to smooth and leaky rectifiers too, for which no paper defines it: the
            deconvnet rule takes max(g, 0), the guided one max(g, 0) times the function's own derivative.

    Yields:
        What was seen: how many rectifiers, and how many of them by extension.

    Raises:
        ValueError: an unknown rule.
        RectifierError: a rectifier of the forward pass has no rule, or cannot be reached (at the block's end).
    """
    if rule not in RULES:
        raise ValueError(f"unknown rule {rule!r}; there are {', '.join(RULES)}")
    seen = RectifierCount()
    if rule == "gradient":  # autograd's own; nothing needs to be reached
        yield seen
        return
    # Compiled modules run as they were written: what is fused cannot be seen.
    with torch.compiler.set_stance("force_eager"), _Operators(seen), _Rectifiers(rule, extensions, seen):
        yield seen
    if seen.unreached:
        raise RectifierError(seen.unreached[0])


class RectifierCount:
    """How many rectifiers were given the rule, how many of those by extension, and which were out of reach."""

    def __init__(self) -> None:
        self.rectifiers = 0
        self.extensions = 0
        self.unreached: list[str] = []
        self.inside = 0


class _Rectifiers(TorchFunctionMode):
    """Replaces each rectifier's backward, however the call is spelled in Python."""

    def __init__(self, rule: Rule, extensions: bool, seen: RectifierCount) -> None:
        super().__init__()
        self.rule, self.extensions, self.seen = rule, extensions, seen

    def __torch_function__(
        self, function: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if function in _RECTIFIERS or function in _RECTIFIERS_IN_PLACE:
            in_place = function in _RECTIFIERS_IN_PLACE or bool(kwargs.get("inplace", args[1:2] == (True,)))
            return self._rectify(_argument(args, kwargs), in_place)
        if (function in _CLAMPS or function in _CLAMPS_IN_PLACE) and _clamps_at_zero(args, kwargs):
            return self._rectify(_argument(args, kwargs), function in _CLAMPS_IN_PLACE)
        if function in _SOFT_RECTIFIERS:
            return self._extend(function, args, kwargs)
        return function(*args, **kwargs)

    def _rectify(self, x: Tensor, in_place: bool) -> Tensor:
        self._need_gradient(x)
        self.seen.rectifiers += 1
        with _counted(self.seen):
            result: Tensor = _Rectifier.apply(x, self.rule, in_place)  # type: ignore[no-untyped-call]
        return result

    def _extend(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Tensor:
        name = getattr(function, "__name__", str(function))
        if not self.extensions:
            raise RectifierError(
                f"the {self.rule} rule is not defined for {name}: give extensions=True (--extensions) to apply it all "
                "the same (the result says so), or take the gradient rule"
            )
        x = _argument(args, kwargs)
        self._need_gradient(x)
        self.seen.rectifiers += 1
        self.seen.extensions += 1
        in_place = bool(kwargs.pop("inplace", False))
        with _counted(self.seen):
            slope = _slope(lambda value: function(value, *args[1:], **kwargs), x)
            result: Tensor = _SoftRectifier.apply(x, *slope, self.rule)  # type: ignore[no-untyped-call]
        return x.copy_(result) if in_place else result

    def _need_gradient(self, x: Tensor) -> None:
        # Under no_grad, inside someone's own autograd.Function, our backward would never be asked.
        if not torch.is_grad_enabled() or not x.requires_grad:
            raise RectifierError(
                f"a rectifier on {tuple(x.shape)} runs where no gradient is taken (no_grad, detach or a custom "
                "autograd.Function), so the signal cannot come back through it; take rule='gradient' or change "
                "that part of the model"
            )


class _Operators(TorchDispatchMode):
    """Watches the operators that ran, and notes each rectifier that nobody saw in Python."""

    def __init__(self, seen: RectifierCount) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.seen = seen

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        name = func.overloadpacket.__name__
        if name in _RECTIFYING_OPERATORS and not self.seen.inside and _is_signal(args):
            # Noted, not raised: a scripted module would turn it into an error of its own.
            self.seen.unreached.append(
                f"an operator {name!r} on {tuple(args[0].shape)} acts as a rectifier that cannot be reached: it "
                "runs inside a scripted module, or is written as a product or comparison instead of a ReLU. "
                "Load the model as Python code and write it as torch.relu or nn.ReLU, or take rule='gradient'"
            )
        return func(*args, **(kwargs or {}))


class _Rectifier(torch.autograd.Function):
    """relu(x) forward; the rule backward."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, rule: Rule, in_place: bool) -> Tensor:
        ctx.rule = rule
        ctx.save_for_backward(x > 0)
        if in_place:
            ctx.mark_dirty(x)
            return x.relu_()
        return x.relu()

    @staticmethod
    def backward(ctx: Any, *signal: Tensor) -> tuple[Tensor, None, None]:
        (passed,) = ctx.saved_tensors
        return _RULES[ctx.rule](signal[0], passed), None, None


class _SoftRectifier(torch.autograd.Function):
    """A smooth rectifier's value forward; the rule backward, with its slope in the place of 1[x > 0]."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, value: Tensor, slope: Tensor, rule: Rule) -> Tensor:
        ctx.rule = rule
        ctx.save_for_backward(slope)
        return value.clone()

    @staticmethod
    def backward(ctx: Any, *signal: Tensor) -> tuple[Tensor, None, None, None]:
        (slope,) = ctx.saved_tensors
        return _RULES[ctx.rule](signal[0], slope), None, None, None


@contextmanager
def _counted(seen: RectifierCount) -> Iterator[None]:
    """What runs in the block is a rectifier that was seen."""
    seen.inside += 1
    try:
        yield
    finally:
        seen.inside -= 1


def _slope(function: Callable[[Tensor], Tensor], x: Tensor) -> tuple[Tensor, Tensor]:
    """A function's value and its elementwise derivative at x."""
    with torch.enable_grad():
        leaf = x.detach().clone().requires_grad_()
        value = function(leaf)
        (slope,) = torch.autograd.grad(value.sum(), leaf)
    return value.detach(), slope


def _argument(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Tensor:
    tensor: Tensor = args[0] if args else kwargs["input"]
    return tensor


def _clamps_at_zero(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """clamp(x, min=0) is a ReLU; with an upper bound, or another lower one, it is not."""
    bounds = dict(zip(("min", "max"), args[1:], strict=False)) | kwargs
    lower, upper = bounds.get("min"), bounds.get("max")
    return upper is None and not isinstance(lower, Tensor) and lower == 0


def _is_signal(args: tuple[Any, ...]) -> bool:
    """Whether an operator works on activations: real numbers with a batch axis and more."""
    return bool(args) and isinstance(args[0], Tensor) and args[0].is_floating_point() and args[0].ndim >= 2
