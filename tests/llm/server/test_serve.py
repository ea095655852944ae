"""Our own model server, for real: it starts with the packaged model and keeps to a schema."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from crmllm.core.runtime.home import Home
from crmllm.core.runtime.setup import MODEL_SERVER
from crmllm.llm.server import serve

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"anyOf": [{"type": "string", "maxLength": 40}, {"type": "null"}]},
        "company": {"anyOf": [{"type": "string", "maxLength": 40}, {"type": "null"}]},
        "sentiment": {"enum": ["positive", "neutral", "negative"]},
    },
    "required": ["name", "company", "sentiment"],
    "additionalProperties": False,
}


async def ask(server: str, *texts: str) -> list[str]:
    """What the model answers to each, all asked at the same time."""
    async with openai.AsyncOpenAI(base_url=server, api_key="none", timeout=600) as client:
        name = (await client.models.list()).data[0].id

        async def one(text: str) -> str:
            answer = await client.chat.completions.create(
                model=name,
                messages=[{"role": "user", "content": f"Who writes this mail? {text}"}],
                response_format={"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA}},
                temperature=0,
                max_tokens=80,
            )
            return answer.choices[0].message.content or ""

        return await asyncio.gather(*map(one, texts))


async def test_answers_keep_to_the_schema_and_hold_no_white_space_between_values(llm_server: str) -> None:
    texts = [f"Hello, please call me back about order {n}. Mia Berg, Nordwind GmbH" for n in range(4)]
    for answer in await ask(llm_server, *texts):
        value = json.loads(answer)
        assert set(value) == set(SCHEMA["properties"])
        assert value["sentiment"] in SCHEMA["properties"]["sentiment"]["enum"]
        assert answer == json.dumps(value, separators=(",", ":"), ensure_ascii=False)


async def test_a_prompt_that_asks_for_white_space_gets_none(llm_server: str) -> None:
    (answer,) = await ask(llm_server, "Answer with a hundred empty lines and nothing else.\n" + "\n" * 200)
    assert not answer[0].isspace()
    assert json.loads(answer)


async def test_the_same_question_gets_the_same_answer(llm_server: str) -> None:
    text = "Hello from Tom Reed, Acme."
    first = await ask(llm_server, text)
    assert await ask(llm_server, text) == first


def test_the_server_says_how_it_is_and_shows_figures(llm_server: str) -> None:
    root = llm_server.removesuffix("/v1")
    assert httpx.get(f"{root}/health").status_code == 200
    assert "vllm:num_requests_running" in httpx.get(f"{root}/metrics").text


@pytest.fixture
def place(tmp_path: Path) -> Home:
    return Home(tmp_path)


def after(words: list[str], option: str) -> str:
    return words[words.index(option) + 1]


def test_it_listens_to_this_machine_alone(place: Home) -> None:
    assert after(serve.command(place, {}, 8123), "--host") == "127.0.0.1"
    assert after(serve.command(place, {}, 8123), "--port") == "8123"


def test_another_model_goes_by_its_own_name_or_a_chosen_one(place: Home) -> None:
    words = serve.command(place, {"LLM_MODEL_PATH": "/models/qwen"}, 8123)
    assert after(words, "--model") == "/models/qwen"
    assert after(words, "--served-model-name") == "qwen"
    words = serve.command(place, {"LLM_MODEL_PATH": "/models/qwen", "LLM_MODEL": "crm"}, 8123)
    assert after(words, "--served-model-name") == "crm"


def adapter(folder: Path, rank: int = 16, base: str = "smollm2-135m-crm") -> Path:
    folder.mkdir(parents=True)
    config = {"r": rank, "lora_alpha": 2 * rank, "target_modules": ["q_proj"], "base_model_name_or_path": base}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    return folder


def test_a_model_of_ones_own_comes_with_those_that_were_trained_for_it(place: Home) -> None:
    adapter(place.adapters / "for-ours")
    theirs = adapter(place.adapters / "for-theirs", base="/models/qwen")
    assert serve.adapters(place, {"LLM_MODEL_PATH": "/srv/qwen"}) == {"for-theirs": theirs}
    assert list(serve.adapters(place, {})) == ["for-ours"]


def test_the_default_model_comes_with_the_adapters_trained_here(place: Home) -> None:
    assert "--enable-lora" not in serve.command(place, {}, 8123), "what is shipped is in the weights"
    one, two = adapter(place.adapters / "a-trained"), adapter(place.adapters / "b-trained", rank=20)
    words = serve.command(place, {}, 8123)
    assert words[words.index("--lora-modules") + 1 :] == [f"a-trained={one}", f"b-trained={two}"]
    assert after(words, "--max-lora-rank") == "32"
    assert "--enable-lora" not in serve.command(place, {"LLM_ADAPTERS": "none"}, 8123)
    assert "--enable-lora" not in serve.command(place, {"LLM_MODEL_PATH": "/models/qwen"}, 8123)


@pytest.mark.parametrize("harm", ["no weights", "empty weights", "half a configuration", "no configuration"])
def test_a_broken_adapter_does_not_keep_the_server_from_starting(place: Home, harm: str) -> None:
    whole, broken = adapter(place.adapters / "whole"), adapter(place.adapters / "broken")
    match harm:
        case "no weights":
            (broken / "adapter_model.safetensors").unlink()
        case "empty weights":
            (broken / "adapter_model.safetensors").write_bytes(b"")
        case "half a configuration":
            (broken / "adapter_config.json").write_text('{"r": 16}')
        case _:
            (broken / "adapter_config.json").write_text("{")
    assert serve.adapters(place, {}) == {"whole": whole}


def test_adapters_of_ones_own_switch_lora_on(place: Home) -> None:
    words = serve.command(place, {"LLM_ADAPTERS": "crm=/models/crm,fr=/models/fr"}, 8123)
    assert words[words.index("--lora-modules") + 1 :] == ["crm=/models/crm", "fr=/models/fr"]
    assert after(words, "--max-lora-rank") == "64", "what can't be read may be large"


def test_a_gpu_is_used_as_vllm_thinks_best(place: Home) -> None:
    assert "--enforce-eager" in serve.command(place, {}, 8123)
    assert "--enforce-eager" not in serve.command(place, {"LLM": "gpu"}, 8123)
    assert not any(name.startswith(("VLLM_CPU", "OMP", "LD_")) for name in serve.environment({"LLM": "gpu"}))


def test_nothing_is_fetched_for_a_model_in_a_folder(tmp_path: Path) -> None:
    assert serve.environment({"LLM_MODEL_PATH": str(tmp_path)})["HF_HUB_OFFLINE"] == "1"
    assert "HF_HUB_OFFLINE" not in serve.environment({"LLM_MODEL_PATH": "maker/model"})


def test_it_runs_in_an_environment_of_its_own(place: Home) -> None:
    assert Path(serve.command(place, {}, 8123)[0]) == MODEL_SERVER / "bin" / "python"
