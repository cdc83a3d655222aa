"""Turns a checkpoint into the files that ship: an int8 ONNX graph and its tokenizer."""

# Checked with and without the training libraries, which the ordinary environment does not have.
# mypy: disable-error-code="import-not-found,import-untyped,misc,untyped-decorator,unused-ignore,no-untyped-call"

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import torch
from onnxruntime import InferenceSession
from onnxruntime.quantization import QuantType, quantize_dynamic

from models.training.network import AttackNetwork, load_encoder

_INPUTS: Final = ("input_ids", "attention_mask", "token_type_ids")


def write_graph(network: AttackNetwork, path: Path) -> None:
    """The fp32 graph, for any number of posts and tokens."""
    network.eval()
    posts, tokens = torch.export.Dim("posts"), torch.export.Dim("tokens", max=512)
    # Three tensors: given one object twice, the exporter takes two inputs to be the same.
    words, mask = torch.arange(1000, 1024).reshape(2, 12), torch.ones(2, 12, dtype=torch.long)
    types = torch.zeros(2, 12, dtype=torch.long)
    mask[1, 7:] = 0
    types[:, 5:] = 1
    program = torch.onnx.export(
        network,
        (words, mask, types),
        dynamo=True,
        input_names=list(_INPUTS),
        output_names=["logits"],
        dynamic_shapes={name: {0: posts, 1: tokens} for name in _INPUTS},
        verbose=False,
    )
    if program is None:
        raise RuntimeError("the exporter returned nothing")
    program.save(str(path), external_data=False)
    graph = onnx.load(str(path))
    # Stack traces of the exporting machine are of no use to anybody else.
    for node in graph.graph.node:
        del node.metadata_props[:]
    del graph.graph.value_info[:]
    onnx.save(graph, str(path))


def check(network: AttackNetwork, path: Path, tolerance: float = 1e-3) -> None:
    """Raise RuntimeError where the graph and the network disagree."""
    session = InferenceSession(str(path), providers=["CPUExecutionProvider"])
    words, mask = torch.arange(2000, 2031).reshape(1, 31), torch.ones(1, 31, dtype=torch.long)
    types = torch.zeros(1, 31, dtype=torch.long)
    types[0, 20:] = 1
    with torch.no_grad():
        expected = network(words, mask, types).numpy()
    feed = dict(zip(_INPUTS, (words.numpy(), mask.numpy(), types.numpy()), strict=True))
    (found,) = session.run(None, feed)
    if np.abs(found - expected).max() > tolerance:
        raise RuntimeError(f"the exported graph says {found}, the network {expected}")


def quantise(source: Path, target: Path) -> None:
    """Int8 weights per channel; 7 bits of range, so that processors without VNNI do not saturate."""
    quantize_dynamic(source, target, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True, help="folder that models.training.train wrote")
    parser.add_argument("--encoder", type=Path, required=True, help="all-MiniLM-L6-v2: config, safetensors, tokenizer")
    parser.add_argument("--out", type=Path, required=True, help="folder for model.onnx and tokenizer.json")
    parser.add_argument("--keep-float", type=Path, help="also write the fp32 graph to this file")
    chosen = parser.parse_args()
    encoder, tokenizer = load_encoder(chosen.encoder)
    network = AttackNetwork(encoder)
    network.load_state_dict(torch.load(chosen.checkpoint / "checkpoint.pt", weights_only=True))
    chosen.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        write_graph(network, full)
        check(network, full)
        quantise(full, chosen.out / "model.onnx")
        if chosen.keep_float:
            shutil.copy(full, chosen.keep_float)
    tokenizer.save(str(chosen.out / "tokenizer.json"), pretty=False)


if __name__ == "__main__":
    main()
