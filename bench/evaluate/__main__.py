"""`python -m bench.evaluate FOLDER`: evaluate the documents of a folder against their gold standard."""

from pathlib import Path

import click

from bench.evaluate.gold import SamplesError, read_samples
from bench.evaluate.measure import evaluate
from bench.evaluate.report import evaluation_report
from bench.evaluate.served import serve_documents


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--verbose", is_flag=True, help="Also print a line for each miss and each false positive.")
def main(folder: Path, verbose: bool) -> None:
    """Load FOLDER/documents and print precision, recall and F1 against FOLDER/gold.

    `--verbose` also prints a line for each error.
    """
    try:
        samples = read_samples(folder)
    except SamplesError as error:
        raise click.UsageError(str(error)) from None
    for note in samples.notes:
        click.echo(f"ignored: {note}", err=True)
    with serve_documents(samples.documents) as api:
        results = evaluate(api, samples)
    click.echo(evaluation_report(results))
    if verbose:
        click.echo("\n" + "\n".join(fault.line for fault in results.faults))


if __name__ == "__main__":
    main()
