"""The command line: one verb a step of the way, and ``demo`` for all of them.

The only file of ``fer_probe`` that knows ``trainers`` and ``dashboards``; its verbs import what they need when they
are called, so that ``--help`` is quick.
"""

import warnings
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fer_probe import comparison_verb, placement_verb
from fer_probe.console import console, one_sentence, print_detectors, write_sheet
from fer_probe.faces_options import (
    ActionUnits,
    Corpus,
    Faces,
    Scale,
    Threshold,
    drawn_sets,
    layout_to_draw,
    read_faces,
)
from trainers import command
from trainers.protocols import command as protocol_command

if TYPE_CHECKING:
    from fer_probe.faces.face_images import FaceImages

app = typer.Typer(
    cls=protocol_command.Verbs,
    help="What has a facial-expression network learnt to see, and is that a facial action unit?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Out = Annotated[Path, typer.Option("--out", help="Folder of the study.")]
Seed = Annotated[int, typer.Option("--seed", help="Random seed.")]
Port = Annotated[int, typer.Option("--port", help="Port of the dashboard (this machine only).")]


class Pictures(StrEnum):
    """The kinds of sets of drawn faces."""

    expressions = "expressions"
    sequences = "sequences"
    action_units = "action_units"


class Rules(StrEnum):
    """The ways back through a rectifier."""

    deconvnet = "deconvnet"
    guided = "guided"
    gradient = "gradient"


def main() -> None:
    """Run the command line; an error of the user's input is one sentence, and exit code 2."""
    with one_sentence():
        app()


@app.command(epilog="Example: fer-probe demo --no-serve --out studies/demo")
def demo(
    faces: Faces = None,
    out: Out = Path("studies/demo"),
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Open the dashboard at the end.")] = True,
    minutes: Annotated[float | None, typer.Option(help="Stop training after so many minutes.")] = None,
    seed: Seed = 0,
    port: Port = 8050,
) -> None:
    """Draw faces (or take yours), train, probe, write study and report, and open the dashboard."""
    from fer_probe.probe import probe_checkpoint
    from fer_probe.probe_settings import ProbeSettings
    from fer_probe.report.report_page import write_report
    from fer_probe.study import Study
    from trainers.demonstration import demonstration_on, drawn_demonstration
    from trainers.interruptions import unfinished_path

    Study.check_folder(out)
    console.print("Reading faces …" if faces else "Drawing faces …")
    shown = demonstration_on(read_faces(faces), seed) if faces else drawn_demonstration(seed)
    training = out.parent / f".{out.name}-training.safetensors"
    checkpoint = shown.train(training, minutes=minutes, restart=faces is None)
    console.print(
        f"Trained {checkpoint.architecture.get('name')} on {len(shown.training)} faces: "
        f"[bold]{checkpoint.metrics['test_accuracy']:.1%}[/bold] accuracy on {len(shown.test)} {shown.test_words}"
    )
    settings = ProbeSettings(seed=seed)
    study = probe_checkpoint(checkpoint, shown.probed, out, settings, name=shown.title, say=console.print)
    for left in (checkpoint.path, unfinished_path(checkpoint.path)):  # the study keeps its own copy
        left.unlink(missing_ok=True)
    report = write_report(study)
    print_detectors(study)
    console.print(f"Study   {study.folder}\nReport  {report}")
    if serve:
        dashboard(out, port)


@app.command(epilog="Example: fer-probe draw faces --subjects 20 --size 128; fer-probe draw drawn-ck --as ck_plus")
def draw(
    folder: Annotated[Path, typer.Argument(help="A new folder.")],
    subjects: Annotated[int, typer.Option(min=1, help="How many people.")] = 40,
    size: Annotated[int, typer.Option(min=24, help="Pixels a side.")] = 96,
    corpus: Annotated[str, typer.Option("--as", help="Lay them out as this corpus is, such as ck_plus.")] = "csv",
    pictures: Annotated[
        Pictures | None, typer.Option(help="What each person shows; what the layout is made for if left out.")
    ] = None,
    per_subject: Annotated[
        int | None, typer.Option(min=1, help="Pictures of each expression; of each person for action_units.")
    ] = None,
    colour: Annotated[bool, typer.Option("--colour", help="Red, green, blue instead of grey.")] = False,
    sheet: Annotated[Path | None, typer.Option(help="Write the first eight people side by side to this PNG.")] = None,
    action_unit_sheet: Annotated[
        Path | None,
        typer.Option(help="Write every action unit at three intensities, on the first person, to this PNG."),
    ] = None,
    seed: Seed = 0,
) -> None:
    """Draw faces with known action units, as pictures with a table, or in the layout of a corpus."""
    from fer_probe.faces import drawn_faces

    layout = layout_to_draw(corpus)
    channels = 3 if colour else 1
    kind: Any = pictures.value if pictures else layout.drawn
    drawn = drawn_faces.draw_faces(subjects, size, seed, pictures=kind, per_subject=per_subject, channels=channels)
    assert layout.write is not None  # layout_to_draw saw to it
    layout.write(drawn, folder)
    said = f"{len(drawn)} faces of {subjects} subjects in {folder}, as {corpus}: {layout.layout}"
    console.print(said, markup=False, soft_wrap=True)
    if sheet is not None:
        write_sheet(drawn_faces.drawn_sheet(drawn), sheet)
    if action_unit_sheet is not None:
        write_sheet(
            drawn_faces.action_unit_sheet(drawn.identity(0), size=max(size, 96), channels=channels), action_unit_sheet
        )


@app.command(epilog="Example: fer-probe faces fer2013.csv --check --sheet faces.png")
def faces(
    path: Annotated[Path, typer.Argument(help="A corpus: file or folder.")],
    sheet: Annotated[Path | None, typer.Option(help="Write a contact sheet to this PNG.")] = None,
    corpus: Corpus = None,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first thing that cannot be read.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Decode every picture, and list each bad one.")] = False,
    action_units: ActionUnits = None,
    presence_threshold: Threshold = None,
    intensity_scale: Scale = None,
) -> None:
    """Say what a corpus holds: pictures, labels, subjects, action units, and what could not be read."""
    from fer_probe.faces.summary import summary

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".* (could not be read|are not joined): ")  # the summary lists what
        found = read_faces(
            path, action_units, intensity_scale, corpus=corpus, strict=strict, check=check,
            presence_threshold=presence_threshold,
        )  # fmt: skip
    console.print(summary(found, listed=None if check else 20), markup=False, soft_wrap=True)
    if sheet is not None:
        _write_contact_sheet(found, sheet)


app.command(epilog=command.EXAMPLE)(command.train)
app.command(epilog=protocol_command.EXAMPLE)(protocol_command.protocol)


@app.command(
    epilog="Example: fer-probe probe stranger.pth --model package.module:Net --size 48 --mean 0 --std 1 "
    "--classes angry,disgust,fear,happy,sad,surprise,neutral --faces fer2013.csv --split test"
)
def probe(
    checkpoint: Annotated[Path, typer.Argument(help="Ours (.safetensors), or a stranger's weights.")],
    out: Out = Path("studies/probe"),
    faces: Faces = None,
    corpus: Corpus = None,
    split: Annotated[str | None, typer.Option(help="Only this part of the corpus: train, validation, test.")] = None,
    action_units: ActionUnits = None,
    presence_threshold: Threshold = None,
    intensity_scale: Scale = None,
    layer: Annotated[list[str] | None, typer.Option(help="Probe this layer; may be repeated.")] = None,
    space: Annotated[
        str | None,
        typer.Option(help="Lay faces out by this layer, instead of the latent or the last before the outputs."),
    ] = None,
    judge: Annotated[
        list[Path] | None,
        typer.Option(help="A classifier or action-unit regressor of ours that reads decoded faces; may be repeated."),
    ] = None,
    rule: Annotated[Rules, typer.Option(help="How signals go back through rectifiers.")] = Rules.deconvnet,
    extensions: Annotated[
        bool, typer.Option("--extensions", help="Apply the rule to leaky and smooth rectifiers too.")
    ] = False,
    steps: Annotated[int, typer.Option(min=1, help="Steps of activation maximisation.")] = 128,
    people: Annotated[
        int,
        typer.Option(min=0, help="Drawn people to experiment on; from 24 on also light, layers and tuning; 0 none."),
    ] = 10,
    combine: Annotated[
        list[str] | None, typer.Option(help="Action units shown alone and together, such as 4,22; may be repeated.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="For a stranger's weights: package.module:Net.")] = None,
    size: Annotated[int | None, typer.Option(help="For a stranger's weights: pixels a side.")] = None,
    channels: Annotated[int, typer.Option(help="For a stranger's weights: 1 grey, 3 colour.")] = 1,
    mean: Annotated[str | None, typer.Option(help="Of pixels in 0–1: a number, or one a channel, by comma.")] = None,
    std: Annotated[str | None, typer.Option(help="Of pixels in 0–1: a number, or one a channel, by comma.")] = None,
    equalize: Annotated[bool, typer.Option("--equalize", help="Histogram equalisation before scaling.")] = False,
    classes: Annotated[str | None, typer.Option(help="Names in the order of the outputs, by comma.")] = None,
    crop: Annotated[str | None, typer.Option(help="Cut faces out: haar, eyes or landmarks; haar:0.1 wider.")] = None,
    trust_pickle: Annotated[
        bool, typer.Option("--trust-pickle", help="Unpickle whole objects: runs any code the file's author wanted.")
    ] = False,
    seed: Seed = 0,
) -> None:
    """Run every analysis of a checkpoint on faces, into a study."""
    from fer_probe.checkpoints import load_checkpoint
    from fer_probe.foreign_models import named_model, told_preprocessing, with_crop
    from fer_probe.probe import probe_checkpoint
    from fer_probe.probe_settings import ProbeSettings
    from fer_probe.report.report_page import write_report
    from fer_probe.study import Study

    Study.check_folder(out)
    loaded = load_checkpoint(
        checkpoint,
        None if model is None else named_model(model),
        preprocessing=told_preprocessing(size, channels, mean, std, equalize),
        class_names=None if classes is None else [name.strip() for name in classes.split(",")],
        trust_pickle=trust_pickle,
    )
    loaded = loaded if crop is None else with_crop(loaded, crop)
    if faces:
        told: dict[str, Any] = {"corpus": corpus, "split": split, "presence_threshold": presence_threshold}
        sets = {split or "faces": read_faces(faces, action_units, intensity_scale, **told)}
    elif all(given is None for given in (action_units, presence_threshold, intensity_scale)):
        sets = drawn_sets(seed)
    else:
        raise typer.BadParameter("action units of another program belong to --faces")
    settings = ProbeSettings(
        layers=layer, rule=rule.value, extensions=extensions, steps=steps, people=people,
        combinations=_combinations(combine), space=space, seed=seed,
        judges=[load_checkpoint(path) for path in judge or ()],
    )  # fmt: skip
    study = probe_checkpoint(loaded, sets, out, settings, say=console.print)
    write_report(study)
    print_detectors(study)
    console.print(f"Study {study.folder}; look at it with: fer-probe dashboard {study.folder}")


app.command(epilog=comparison_verb.EXAMPLE)(comparison_verb.compare)
app.command(epilog=placement_verb.EXAMPLE)(placement_verb.place)


@app.command(epilog="Example: fer-probe report studies/demo --out report.html")
def report(
    study: Annotated[Path, typer.Argument(help="Folder of the study.")] = Path("studies/demo"),
    out: Annotated[
        Path | None, typer.Option("--out", help="The HTML file; report.html in the study if left out.")
    ] = None,
) -> None:
    """Write a study's figures as one self-contained HTML page."""
    from fer_probe.report.report_page import write_report
    from fer_probe.study import Study

    console.print(f"Report {write_report(Study.open(study), out)}")


@app.command(epilog="Example: fer-probe dashboard studies/demo --port 8051")
def dashboard(
    study: Annotated[Path, typer.Argument(help="Folder of the study.")] = Path("studies/demo"),
    port: Port = 8050,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a window at once.")] = True,
) -> None:
    """Open a study in the browser."""
    from dashboards.app import serve
    from fer_probe.study import Study

    Study.open(study)  # say at once when there is none
    console.print(f"Dashboard at http://127.0.0.1:{port} – stop with Ctrl+C")
    serve(study, port=port, open_browser=browser)


def _combinations(told: list[str] | None) -> list[list[int]]:
    try:
        return [[int(au.strip().removeprefix("AU")) for au in words.split(",")] for words in told or ["4,22"]]
    except ValueError:
        raise typer.BadParameter("--combine takes the numbers of action units by comma, such as 4,22") from None


def _write_contact_sheet(found: "FaceImages", path: Path) -> None:
    import numpy as np

    from fer_probe.figures.mosaics import mosaic
    from fer_probe.figures.pictures import face_thumbnail

    chosen = np.linspace(0, len(found) - 1, min(96, len(found))).astype(int)
    write_sheet(mosaic(np.stack([face_thumbnail(found, int(i)) for i in chosen]), columns=12), path)
