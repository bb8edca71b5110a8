"""The verb ``protocol``: from a corpus to a paper's table. ``train NAME --protocol`` is the same."""

import shlex
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from fer_probe.console import console
from fer_probe.faces_options import Corpus, read_faces

EXAMPLE = "Example: fer-probe protocol jahromi --faces fer2013.csv --out tables/jahromi --row jahromi_medium"


class Verbs(TyperGroup):
    """The verbs, of which ``train … --protocol`` means ``protocol …``."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The verb that the words begin with, and the words that are left."""
        if args[:1] == ["train"] and "--protocol" in args:
            args = ["protocol", *(word for word in args[1:] if word != "--protocol")]
        return super().resolve_command(ctx, args)


def protocol(
    name: Annotated[str, typer.Argument(help="A paper, such as jahromi or ali; or a recipe, for its row alone.")],
    faces: Annotated[Path, typer.Option("--faces", exists=True, help="The paper's corpus: file or folder.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the tables; one that was interrupted goes on.")],
    pretraining: Annotated[
        Path | None,
        typer.Option(
            exists=True, help="Corpus to train on first, where the paper does: ali on BU-4DFE, cubarrubia on FEC."
        ),
    ] = None,
    row: Annotated[list[str] | None, typer.Option(help="Train this recipe's row; may be repeated.")] = None,
    seeds: Annotated[int | None, typer.Option(min=1, help="How many trainings of each division.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Instead of the recipes' own.")] = None,
    stage_epochs: Annotated[
        int | None, typer.Option(min=1, help="The same, for what is trained before a row's own: ali's DE-GAN.")
    ] = None,
    minutes: Annotated[float | None, typer.Option(help="Stop each training after so many minutes.")] = None,
    device: Annotated[str | None, typer.Option(help="cpu, cuda …; the fastest there is if left out.")] = None,
    corpus: Corpus = None,
    allow_shared_subjects: Annotated[
        bool, typer.Option("--allow-shared-subjects", help="Put up with one person on two sides; the tables say so.")
    ] = False,
    augment_evaluation: Annotated[
        bool, typer.Option("--augment-evaluation", help="Validate and test on pictures augmented once.")
    ] = False,
    reduced: Annotated[
        bool, typer.Option("--reduced", help="By the quick recipes: for drawn faces on a few cores.")
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="A look: two epochs by the quick recipe, two trainings a row.")
    ] = False,
) -> None:
    """Train all that a paper's table needs, read the test faces once, and write the table (CSV and Markdown)."""
    from fer_probe.faces.corpora import recognised_corpus
    from trainers.protocols.loop import run_protocol
    from trainers.protocols.papers import check_pretraining, protocol_for
    from trainers.protocols.protocol import ProtocolSettings

    known, rows = protocol_for(name, corpus or recognised_corpus(faces))
    if pretraining is not None:
        check_pretraining(known, recognised_corpus(pretraining))
    options: dict[str, Any] = {
        "seeds": seeds, "epochs": epochs, "stage_epochs": stage_epochs, "minutes": minutes,
        "device": device, "allow_shared_subjects": allow_shared_subjects, "augment_evaluation": augment_evaluation,
        "reduced": reduced, "quick": quick,
    }  # fmt: skip
    run_protocol(
        known,
        read_faces(faces, corpus=corpus),
        out,
        ProtocolSettings(rows=tuple(row) if row else rows, **options),
        pretraining=None if pretraining is None else read_faces(pretraining),
        command=_command(
            known.name, {"faces": faces, "out": out, "pretraining": pretraining, **options, "corpus": corpus}
        ),
        say=lambda sentence: console.print(sentence, markup=False, soft_wrap=True),
    )
    console.print(f"Table {out / 'table.md'}", markup=False, soft_wrap=True)


def _command(name: str, options: dict[str, Any]) -> str:
    """The words that do the same again, but for the rows."""
    words = ["fer-probe", "protocol", name]
    for option, value in options.items():
        said = [] if value is True else [str(value)]
        words += [f"--{option.replace('_', '-')}", *said] if value not in (None, False) else []
    return shlex.join(words)
