"""Train a LoRA adapter on a file of questions and right answers.

Run by the model environment: `.venv-llm/bin/python crmllm/llm/finetuning/train.py MODEL EXAMPLES.jsonl FOLDER`.
Each line of the file holds `messages` (as they are sent to the server) and `answer` (what it should say). Progress goes
to standard output, one JSON object a line.

All questions begin with the same long instructions. They are computed once a batch and shared by its examples, and only
the answers' tokens get a loss: that more than halves the work, which decides what a laptop can train.
"""

import argparse
import json
import math
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch.nn.functional import cross_entropy
from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache

WARM_UP = 0.04
POOL = 16  # batches whose examples are sorted by length together, so that little is padded
CLIP = 1.0


@dataclass(frozen=True)
class Example:
    """Token numbers: the question's part behind the shared beginning, then the answer."""

    tokens: list[int]
    question: int


@dataclass(frozen=True)
class Data:
    beginning: list[int]
    examples: list[Example]


def read(path: Path, tokenizer: Any, longest: int) -> Data:
    """All examples as tokens; those longer than a limit are left out."""
    questions: list[list[int]] = []
    answers: list[list[int]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        asked = tokenizer.apply_chat_template(row["messages"], add_generation_prompt=True, tokenize=False)
        questions.append(tokenizer(asked, add_special_tokens=False)["input_ids"])
        answers.append(tokenizer(row["answer"], add_special_tokens=False)["input_ids"] + [tokenizer.eos_token_id])
    shared = shared_length(questions)
    examples = [
        Example(question[shared:] + answer, len(question) - shared)
        for question, answer in zip(questions, answers, strict=True)
        if len(question) + len(answer) <= longest
    ]
    return Data(questions[0][:shared], examples)


def shared_length(rows: list[list[int]]) -> int:
    """How many tokens all rows begin with; at least one token stays behind for each."""
    length = min(len(row) for row in rows) - 1
    first = rows[0]
    while any(row[:length] != first[:length] for row in rows):
        length = next(at for at in range(length) if any(row[at] != first[at] for row in rows))
    return length


def batches(examples: list[Example], size: int, seed: int) -> Iterator[list[Example]]:
    """Batches without end, every example once before any comes again; those of like length together."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    while True:
        order = examples[:]
        chance.shuffle(order)
        made: list[list[Example]] = []
        for at in range(0, len(order), size * POOL):
            pool = sorted(order[at : at + size * POOL], key=lambda one: len(one.tokens))
            made += [pool[i : i + size] for i in range(0, len(pool), size)]
        chance.shuffle(made)
        yield from made


def loss_of(model: Any, beginning: list[int], batch: list[Example]) -> torch.Tensor:
    """Mean loss over the answers' tokens. The shared beginning is computed once, its gradient too."""
    inner = model.get_base_model()
    device = inner.device
    width = max(len(one.tokens) for one in batch)
    cache = DynamicCache()
    if beginning:
        first = inner.model(input_ids=torch.tensor([beginning], device=device), use_cache=True).past_key_values
        for index, layer in enumerate(first.layers):
            cache.update(layer.keys.expand(len(batch), -1, -1, -1), layer.values.expand(len(batch), -1, -1, -1), index)
    # Padding stands behind everything: nothing before it can see it, and it gets no loss.
    rows = torch.tensor([one.tokens + [0] * (width - len(one.tokens)) for one in batch], device=device)
    places = torch.arange(len(beginning), len(beginning) + width, device=device)[None].expand(len(batch), -1)
    hidden = inner.model(input_ids=rows, position_ids=places, past_key_values=cache, use_cache=True).last_hidden_state
    asked = torch.tensor(
        [(row, at) for row, one in enumerate(batch) for at in range(one.question - 1, len(one.tokens) - 1)]
    )
    logits = inner.lm_head(hidden[asked[:, 0], asked[:, 1]])
    return cross_entropy(logits.float(), rows[asked[:, 0], asked[:, 1] + 1])


def rate(progress: float) -> float:
    """The share of the learning rate at some point of the training: a short rise, then half a cosine down."""
    if progress < WARM_UP:
        return progress / WARM_UP
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - WARM_UP) / (1 - WARM_UP))))


def train(options: argparse.Namespace) -> None:
    torch.manual_seed(options.seed)
    if options.threads:
        torch.set_num_threads(options.threads)
    tokenizer = AutoTokenizer.from_pretrained(options.model)
    data = read(options.examples, tokenizer, options.longest)
    held = data.examples[: options.held_back]
    training = data.examples[options.held_back :]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    base = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.bfloat16).to(device)
    model = adapted(base, options)
    weights = [one for one in model.parameters() if one.requires_grad]
    # Everything is computed in half precision; steps are smaller than that can tell, so they are added up exactly.
    exact = [one.detach().float() for one in weights]
    optimizer = torch.optim.AdamW(exact, lr=options.rate, weight_decay=0.01)
    steps = options.steps or max(1, options.epochs * len(training) // options.batch)
    say(event="start", examples=len(training), held_back=len(held), steps=steps, shared=len(data.beginning),
        weights=sum(one.numel() for one in weights))  # fmt: skip
    began = time.monotonic()
    step = done = 0
    recent: list[float] = []
    for batch in batches(training, options.batch, options.seed):
        spent = (time.monotonic() - began) / 60
        progress = max(step / steps, spent / options.minutes if options.minutes else 0.0)
        if progress >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = options.rate * rate(progress)
        loss = loss_of(model, data.beginning, batch)
        loss.backward()
        take_step(optimizer, weights, exact)
        step += 1
        done += sum(len(one.tokens) for one in batch) + len(data.beginning)
        recent = [*recent[-19:], float(loss.detach())]
        if step % options.report == 0:
            seconds = time.monotonic() - began
            say(event="step", step=step, of=steps, loss=round(sum(recent) / len(recent), 4), seconds=round(seconds),
                tokens_per_second=round(done / seconds), progress=round(progress, 3))  # fmt: skip
        if options.save_every and step % options.save_every == 0:
            save(model, options.folder)
    save(model, options.folder)
    say(event="end", step=step, seconds=round(time.monotonic() - began), loss=round(sum(recent) / len(recent), 4),
        held_back_loss=held_back_loss(model, data.beginning, held, options.batch))  # fmt: skip


def adapted(base: Any, options: argparse.Namespace) -> Any:
    """The base model with a new adapter, or with one that was trained before and now goes on."""
    if options.start:
        return PeftModel.from_pretrained(base, options.start, is_trainable=True, autocast_adapter_dtype=False)
    config = LoraConfig(r=options.rank, lora_alpha=2 * options.rank, target_modules="all-linear", task_type="CAUSAL_LM")
    return get_peft_model(base, config, autocast_adapter_dtype=False)


def take_step(optimizer: torch.optim.Optimizer, weights: list[Any], exact: list[Any]) -> None:
    """One step of the exact weights, copied to those that are computed with."""
    for one, own in zip(weights, exact, strict=True):
        own.grad = one.grad.float()
        one.grad = None
    torch.nn.utils.clip_grad_norm_(exact, CLIP)
    optimizer.step()
    with torch.no_grad():
        for one, own in zip(weights, exact, strict=True):
            one.copy_(own)


def held_back_loss(model: Any, beginning: list[int], held: list[Example], size: int) -> float | None:
    """The mean loss over examples that were not trained on."""
    total = 0.0
    with torch.no_grad():
        for at in range(0, len(held), size):
            part = held[at : at + size]
            total += float(loss_of(model, beginning, part)) * len(part)
    return round(total / len(held), 4) if held else None


def save(model: Any, folder: Path) -> None:
    """The adapter in half precision, which is what the server computes with and half the size."""
    kept = {name: one.detach().to(torch.bfloat16) for name, one in model.state_dict().items() if "lora_" in name}
    # The folder goes to other machines: where the base model lay here is nobody's business.
    config = model.peft_config["default"]
    where, config.base_model_name_or_path = config.base_model_name_or_path, Path(config.base_model_name_or_path).name
    model.save_pretrained(folder, state_dict=kept, save_embedding_layers=False)
    config.base_model_name_or_path = where
    (folder / "README.md").unlink(missing_ok=True)


def say(**words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("examples", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--start", type=Path, help="go on from this adapter")
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--rate", type=float, default=8e-4)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--steps", type=int, help="instead of epochs")
    parser.add_argument("--minutes", type=float, help="stop after so long; the adapter is saved")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--longest", type=int, default=2048, help="longer examples are left out")
    parser.add_argument("--held-back", type=int, default=0, help="so many of the first examples are only measured")
    parser.add_argument("--report", type=int, default=5, help="tell the progress every so many steps")
    parser.add_argument("--save-every", type=int, default=0, help="save every so many steps too")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
