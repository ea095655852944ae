"""Prompts: files that ship with the code, frozen as rows, one version of each live.

A file `crmllm/<package>/prompts/<name>.v<number>.md` has front matter (purpose, note, and the settings of the request),
then the system text under `# System` and the template under `# User`, whose {variables} are filled in.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from django.apps import apps
from django.db import transaction
from django.utils.translation import gettext as _

from crmllm.core.errors import BadInput, Conflict
from crmllm.experiments.models import Experiment
from crmllm.llm.endpoint import packaged_names
from crmllm.llm.errors import PromptMissing
from crmllm.llm.guardrails import neutralise
from crmllm.llm.models import ModelVersion, Prompt, PromptVersion

CACHE_SECONDS = 5.0
#: Versions that are written here count from this number, those that ship from 1: an update never meets a number taken.
WRITTEN_FROM = 1001
#: Without these a prompt is about nothing.
REQUIRED = frozenset({"text"})
LONGEST = 20_000
_FILE = re.compile(r"(?P<name>[a-z0-9_-]+)\.v(?P<number>[1-9][0-9]*)\.md")
_PARTS = re.compile(
    r"---\n(?P<head>.*?)\n---\n+# system\n+(?P<system>.*?)\n+# user\n+(?P<user>.*?)\n*", re.DOTALL | re.IGNORECASE
)
_VARIABLE = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class RequestSettings:
    """How the model is asked: what a prompt's front matter may set."""

    temperature: float = 0.0
    max_tokens: int = 640
    logprobs: bool = False
    seed: int = 1
    #: The version that small models are asked with while this one is in use; 0: this one too.
    small_version: int = 0

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> RequestSettings:
        """Raises BadInput for a name or a value that makes no sense."""
        unknown = set(values) - set(cls.__slots__)
        if unknown:
            raise BadInput(f"A prompt has no setting named {', '.join(sorted(unknown))}.")
        made = cls(**values)
        if not (0 <= made.temperature <= 2 and 1 <= made.max_tokens <= 8192):
            raise BadInput("A prompt's temperature must be 0 to 2 and its max_tokens 1 to 8192.")
        if made.small_version < 0:
            raise BadInput("A prompt's small_version is the number of another version, or 0.")
        return made


@dataclass(frozen=True, slots=True)
class PromptFile:
    """One version as its file says it."""

    name: str
    number: int
    purpose: str
    note: str
    system: str
    user: str
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The version that a subject is asked with."""

    name: str
    number: int
    system: str
    user: str
    settings: RequestSettings

    @property
    def label(self) -> str:
        """How calls and extractions name it: `extraction v2`."""
        return f"{self.name} v{self.number}"

    @property
    def variables(self) -> frozenset[str]:
        """What the template asks for."""
        return frozenset(_VARIABLE.findall(self.user))

    def messages(self, variables: Mapping[str, str]) -> list[dict[str, str]]:
        """The conversation. A variable is data: filled in once, without anything that looks like a control token."""
        missing = self.variables - set(variables)
        if missing:
            raise BadInput(f"{self.label} needs the variables {', '.join(sorted(missing))}.")
        user = _VARIABLE.sub(lambda found: neutralise(variables[found[1]]), self.user)
        return [{"role": "system", "content": self.system}, {"role": "user", "content": user}]


# --- files -> rows -------------------------------------------------------------------------------------------------


def read(path: Path) -> PromptFile:
    """One prompt file. Raises BadInput with what is wrong and where."""
    name, parts = _FILE.fullmatch(path.name), _PARTS.fullmatch(path.read_text(encoding="utf-8"))
    if name is None or parts is None:
        raise BadInput(f"{path.name}: expected <name>.v<number>.md with front matter, '# System' and '# User'.")
    number = int(name["number"])
    head = yaml.safe_load(parts["head"]) or {}
    if (head.pop("name", name["name"]), head.pop("version", number)) != (name["name"], number):
        raise BadInput(f"{path.name}: the front matter names another prompt or version than the file.")
    purpose, note = str(head.pop("purpose", "")), str(head.pop("note", ""))
    RequestSettings.of(head)
    return PromptFile(name["name"], number, purpose, note, parts["system"], parts["user"], head)


def files() -> Iterator[PromptFile]:
    """Every prompt of every installed package, oldest version first."""
    found = [read(path) for config in apps.get_app_configs() for path in Path(config.path, "prompts").glob("*.md")]
    yield from sorted(found, key=lambda file: (file.name, file.number))


def load() -> int:
    """Stores the versions that are new. Returns how many. A version whose text differs from the stored one is refused.

    The newest shipped version is live, unless a person chose an older one: that choice is kept.
    """
    with transaction.atomic():
        count = sum(store(file) for file in files())
    forget()
    return count


def store(file: PromptFile) -> bool:
    """Freezes one file as a row; False when it is there already."""
    prompt, _made = Prompt.objects.get_or_create(name=file.name, defaults={"description": file.purpose[:200]})
    known = prompt.versions.filter(number=file.number).first()
    if known is not None:
        if (known.system, known.user, known.settings) != (file.system, file.user, file.settings):
            raise Conflict(
                f"Version {file.number} of the prompt {file.name} differs from the stored one. Versions are frozen: "
                f"save the new text as {file.name}.v{file.number + 1}.md.",
                code="prompt_frozen",
            )
        return False
    newest = prompt.versions.filter(number__lt=WRITTEN_FROM).order_by("-number").first()
    chosen_here = prompt.versions.filter(number__gte=WRITTEN_FROM, live=True).exists()
    takes_over = not chosen_here and (newest is None or (newest.live and newest.number < file.number))
    if takes_over:
        prompt.versions.filter(live=True).update(live=False)
    prompt.versions.create(
        number=file.number,
        system=file.system,
        user=file.user,
        settings=file.settings,
        note=file.note[:200],
        live=takes_over,
    )
    return True


# --- written here --------------------------------------------------------------------------------------------------


def fillable(name: str) -> frozenset[str]:
    """The variables that the program fills in for a prompt: those that its shipped versions ask for."""
    return frozenset(variable for file in files() if file.name == name for variable in _VARIABLE.findall(file.user))


def check_texts(system: str, user: str, known: frozenset[str]) -> None:
    """Raises BadInput for what could not be asked, by field."""
    wrong: dict[str, list[str]] = {"system": [], "user": []}
    for field, text in (("system", system), ("user", user)):
        if not text.strip():
            wrong[field].append(_("Write something."))
        if len(text) > LONGEST:
            wrong[field].append(_("At most %(most)d characters.") % {"most": LONGEST})
    if inside := sorted(set(_VARIABLE.findall(system)) & known):
        wrong["system"].append(
            _("%(names)s: variables are filled in in the user text alone; the system text never changes.")
            % {"names": _in_braces(inside)}
        )
    asked = set(_VARIABLE.findall(user))
    if unknown := sorted(asked - known):
        wrong["user"].append(
            _("Nobody fills in %(unknown)s. There are: %(known)s.")
            % {"unknown": _in_braces(unknown), "known": _in_braces(sorted(known))}
        )
    if missing := sorted(REQUIRED & known - asked):
        wrong["user"].append(_("%(names)s is missing: the item's words.") % {"names": _in_braces(missing)})
    fields = {field: sentences for field, sentences in wrong.items() if sentences}
    if fields:
        raise BadInput(_("The prompt cannot be asked like this."), fields=fields)


def _in_braces(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


# --- choosing ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Known:
    until: float
    live: int | None
    versions: dict[int, Chosen]
    experiment: bool
    #: Of fine-tuned models that learned with this prompt: the version that they learned with.
    trained: dict[str, int]
    #: The packaged model and what was made of it.
    small: frozenset[str]


def number_for(known: _Known, model: str) -> int | None:
    """The version that a model is asked with; None when none is live.

    A fine-tuned model is asked the way it learned to be asked, a small one with the version that the live one names for
    it, and every other one with the live one.
    """
    trained = known.trained.get(model)
    if trained in known.versions:
        return trained
    if known.live is not None and model in known.small:
        small = known.versions[known.live].settings.small_version
        return small if small in known.versions else known.live
    return known.live


_cache: dict[str, _Known] = {}


def forget() -> None:
    """Drops what this process remembers; other processes follow within seconds."""
    _cache.clear()


def quick_choice(name: str, model: str = "") -> Chosen | None:
    """The version for a model if it is known without asking the database and no experiment runs; else None."""
    known = _cache.get(name)
    if known is None or known.experiment or known.until < time.monotonic():
        return None
    number = number_for(known, model)
    return None if number is None else known.versions[number]


def choose(name: str, subject_id: UUID, model: str = "") -> Chosen:
    """The version for this subject: an active experiment named `prompt-<name>` decides, else who answers does."""
    known = _known(name)
    number = number_for(known, model)
    if known.experiment:
        from crmllm.experiments.services import assign

        variant = assign(experiment=f"prompt-{name}", subject_id=subject_id)
        if variant is not None and variant.isdecimal() and int(variant) in known.versions:
            number = int(variant)
    if number is None:
        raise PromptMissing(f"No version of the prompt {name} is live. Run `manage.py load_prompts`.")
    return known.versions[number]


def exactly(name: str, number: int) -> Chosen:
    """One version, whatever is in use. Raises PromptMissing."""
    chosen = _known(name).versions.get(number)
    if chosen is None:
        raise PromptMissing(f"There is no version {number} of the prompt {name}.")
    return chosen


def asked_by(name: str) -> dict[int, list[str]]:
    """The models that are asked with each version, by name; an empty name stands for every other model."""
    known = _known(name)
    found: dict[int, list[str]] = {}
    for model in [*sorted(known.small | set(known.trained)), ""]:
        number = number_for(known, model)
        if number is not None:
            found.setdefault(number, []).append(model)
    return found


def _known(name: str) -> _Known:
    known = _cache.get(name)
    if known is None or known.until < time.monotonic():
        known = _cache[name] = _look_up(name)
    return known


def _look_up(name: str) -> _Known:
    rows = PromptVersion.objects.filter(prompt__name=name).select_related("prompt")
    versions = {
        row.number: Chosen(name, row.number, row.system, row.user, RequestSettings.of(row.settings)) for row in rows
    }
    packaged = packaged_names()
    models = list(ModelVersion.objects.values_list("name", "base", "settings"))
    return _Known(
        until=time.monotonic() + CACHE_SECONDS,
        live=next((row.number for row in rows if row.live), None),
        versions=versions,
        experiment=Experiment.objects.filter(name=f"prompt-{name}", active=True).exists(),
        trained={model: number for model, _base, learned in models if (number := _learned(learned, name))},
        small=packaged | {model for model, base, _learned_with in models if base in packaged},
    )


def _learned(settings: Mapping[str, Any], name: str) -> int:
    """The version of a prompt that a training names ("extract-mail 2"); 0 for none, or for that of another prompt."""
    learned, _blank, number = str(settings.get("prompt", "")).rpartition(" ")
    return int(number) if learned == name and number.isdecimal() else 0
