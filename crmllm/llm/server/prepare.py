"""Unpack a model from one GGUF file into the folder of bf16 safetensors that vLLM serves.

Run by the model environment: `.venv-llm/bin/python crmllm/llm/server/prepare.py FILE.gguf FOLDER [--adapter FOLDER]`.
An adapter is merged into the weights: beside them, vLLM's CPU build takes several times as long for every token.
"""

import argparse
import shutil
from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig


def prepare(source: Path, target: Path, adapter: Path | None = None) -> None:
    """Write the folder under another name first: what is called `target` is always whole."""
    draft = target.with_name(f"{target.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    tokenizer = AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name)
    model = AutoModelForCausalLM.from_pretrained(
        source.parent,
        gguf_file=source.name,
        quantization_config=GgufConfig(gguf_file=source.name, dequantize=True),
        dtype=torch.bfloat16,
    )
    # The weights are dense by now; what remembers their packing would make `save_pretrained` refuse them.
    for holder, names in ((model, ("hf_quantizer", "quantization_method")), (model.config, ("quantization_config",))):
        for name in names:
            if hasattr(holder, name):
                delattr(holder, name)
    model.is_quantized = False
    if adapter is not None:
        # In full precision: half precision would round most of what the adapter changes away.
        model = PeftModel.from_pretrained(model.float(), adapter).merge_and_unload().to(torch.bfloat16)
    model.save_pretrained(draft)
    tokenizer.save_pretrained(draft)
    shutil.rmtree(target, ignore_errors=True)
    draft.rename(target)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--adapter", type=Path, help="merged into the weights")
    arguments = parser.parse_args()
    prepare(arguments.source, arguments.target, arguments.adapter)
