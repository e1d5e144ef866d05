"""What the command line says of words it cannot place: cyclopts' errors as one line each."""

from collections.abc import Iterable

from cyclopts import CycloptsError, exceptions

from saddlepoint.errors import SaddlepointError
from saddlepoint.settings.complaints import did_you_mean, number, whole


def refusal(error: CycloptsError, tokens: list[str], verbs: Iterable[str]) -> SaddlepointError:
    """The error as the user should read it: where, what, and the nearest word that would do."""
    verb = next((token for token in tokens if token in verbs), "")
    manual = f"see saddlepoint {verb} --help".replace("  ", " ")
    match error:
        case exceptions.UnknownCommandError():
            word = (error.unused_tokens or tokens)[0]
            return SaddlepointError(
                "no such command", word, did_you_mean(word, verbs) or f"there are {', '.join(verbs)}"
            )
        case exceptions.UnknownOptionError():
            word = (error.token.keyword or error.token.value).split("=")[0]
            names = [name for argument in error.argument_collection if argument.parse for name in argument.names]
            hints = did_you_mean(word, names), elsewhere(word) if word.startswith("--") else ""
            return SaddlepointError("no such flag", word, " ".join(filter(None, hints)) or manual)
        case exceptions.RepeatArgumentError():
            return SaddlepointError("given twice", error.token.keyword or "", "give it once")
        case exceptions.MissingArgumentError():
            name = error.argument.name if error.argument else ""
            positional = error.argument is not None and error.argument.field_info.is_positional
            return SaddlepointError("is missing" if positional else "needs a value", label(name, positional), manual)
        case exceptions.UnusedCliTokensError():
            word = (error.unused_tokens or [""])[0]
            return SaddlepointError("one word too many", word, did_you_mean(word, verbs) if not verb else manual)
        case exceptions.CoercionError() if error.token:
            value, place = error.token.value, error.token.keyword or ""
            if error.target_type is int:
                return SaddlepointError(f"'{value}' is not a whole number", place, whole(value))
            if error.target_type is float:
                return SaddlepointError(f"'{value}' is not a number", place, number(value))
            if error.target_type is bool:
                return SaddlepointError(f"'{value}' is neither true nor false", place)
            choices = error.argument.get_choices() if error.argument else None
            hint = (did_you_mean(value, choices) or f"there are {', '.join(choices)}") if choices else manual
            return SaddlepointError(f"'{value}' does not fit", place, hint)
    return SaddlepointError(" ".join(str(error).split()), verb, manual)


def elsewhere(word: str) -> str:
    """Which recipes have this flag, though not the one that was asked for."""
    from saddlepoint.systems.catalog import owners

    found = owners(word.lstrip("-").replace("-", "_"))
    return f"{' and '.join(found)} {'has' if len(found) == 1 else 'have'} it" if found else ""


def label(name: str, positional: bool) -> str:
    return name.lstrip("-").upper() if positional else name
