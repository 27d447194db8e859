"""`python -m bench.evaluate FOLDER`: how well the documents of a folder are read, held against their gold."""

from pathlib import Path

import click

from bench.evaluate.gold import SamplesError, read_samples
from bench.evaluate.measure import measure
from bench.evaluate.report import report
from bench.evaluate.service import serve


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--verbose", is_flag=True, help="Print every miss and false positive too, a line each.")
def main(folder: Path, verbose: bool) -> None:
    """Load FOLDER/documents and print precision, recall and F1 against FOLDER/gold."""
    try:
        samples = read_samples(folder)
    except SamplesError as error:
        raise click.UsageError(str(error)) from None
    for note in samples.notes:
        click.echo(f"passed over: {note}", err=True)
    with serve(samples.documents) as service:
        results = measure(service, samples)
    click.echo(report(results))
    if verbose:
        click.echo("\n" + "\n".join(fault.line for fault in results.faults))


if __name__ == "__main__":
    main()
