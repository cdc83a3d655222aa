"""The network that is trained: the sentence encoder with a head over the tokens of the post."""

# Checked with and without the training libraries, which the ordinary environment does not have.
# mypy: disable-error-code="import-not-found,import-untyped,misc,untyped-decorator,unused-ignore,no-untyped-call"

import hashlib
from pathlib import Path
from typing import Any, Final

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import AutoModel

from models.attacks.judgement import TARGETS

ENCODERS: Final = {
    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db": "all-MiniLM-L6-v2",
    "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658": "all-mpnet-base-v2",
}
_FAR_BELOW: Final = -1e4


class AttackNetwork(nn.Module):
    """Posts with what they answer to one attack logit and a logit for each target, of shape (posts, 1 + targets).

    Each row reads "[CLS] post [SEP] what it answers [SEP]", the second part with token type 1. The head sees the mean
    over the post's own tokens (what it is about), their maximum (one insult in a long reasonable post must not be
    averaged away) and the first token. What is answered is seen through attention alone: pooled as well, it made
    calm answers to abuse look abusive.
    """

    def __init__(self, encoder: Any, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(3 * encoder.config.hidden_size, 1 + len(TARGETS))
        # MPNet has no token types: its separators alone tell the post from what it answers.
        self.types_known = getattr(encoder.config, "type_vocab_size", 0) > 1

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        types = {"token_type_ids": token_type_ids} if self.types_known else {}
        states: Tensor = self.encoder(input_ids=input_ids, attention_mask=attention_mask, **types).last_hidden_state
        own = (attention_mask * (1 - token_type_ids)).unsqueeze(-1).to(states.dtype)
        mean = (states * own).sum(1) / own.sum(1)
        peak = (states + (1 - own) * _FAR_BELOW).amax(1)
        pooled = torch.cat([mean, peak, states[:, 0]], dim=1)
        logits: Tensor = self.head(self.dropout(pooled))
        return logits


def load_encoder(folder: Path) -> tuple[Any, Tokenizer]:
    """The encoder and its tokenizer, without truncation and padding.

    Raises:
        ValueError: if the weights are none of the known ones, byte for byte.
    """
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if digest not in ENCODERS:
        raise ValueError(f"{folder / 'model.safetensors'} has sha256 {digest}: not {' or '.join(ENCODERS.values())}")
    model: Any = AutoModel.from_pretrained(folder, local_files_only=True)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return model, tokenizer
