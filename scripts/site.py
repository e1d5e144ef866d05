"""What mkdocs does not do by itself: EQUATIONS.md lies beside docs/, and is a page of the site all the same."""

from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files  # pyright: ignore[reportMissingImports]

EQUATIONS = Path(__file__).resolve().parents[1] / "EQUATIONS.md"


def on_files(files: Files, config: Any) -> Files:
    files.append(File.generated(config, EQUATIONS.name, content=EQUATIONS.read_text("utf-8")))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    return markdown.replace(f"](../{EQUATIONS.name}", f"]({EQUATIONS.name}")
