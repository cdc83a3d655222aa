"""The network that is trained: the sentence encoder with a one-number head over its tokens."""

# Checked with and without the training libraries, which the ordinary environment does not have.
# mypy: disable-error-code="import-not-found,import-untyped,misc,untyped-decorator,unused-ignore,no-untyped-call"

import hashlib
from pathlib import Path
from typing import Any, Final

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import AutoModel

ENCODER_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WIDTH: Final = 384
_FAR_BELOW: Final = -1e4


class AttackNetwork(nn.Module):
    """Token ids and mask of shape (posts, tokens) to one logit per post, of shape (posts, 1).

    The head sees the mean over the tokens (what the post is about), their maximum (one insult in a long reasonable
    post must not be averaged away) and the first token.
    """

    def __init__(self, encoder: nn.Module, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(3 * WIDTH, 1)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        states: Tensor = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        mean = (states * mask).sum(1) / mask.sum(1)
        peak = (states + (1 - mask) * _FAR_BELOW).amax(1)
        pooled = torch.cat([mean, peak, states[:, 0]], dim=1)
        logit: Tensor = self.head(self.dropout(pooled))
        return logit


def load_encoder(folder: Path) -> tuple[nn.Module, Tokenizer]:
    """The encoder and its tokenizer, without truncation and padding.

    Raises:
        ValueError: if the weights are not the expected ones, byte for byte.
    """
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if digest != ENCODER_SHA256:
        raise ValueError(f"{folder / 'model.safetensors'} has sha256 {digest}, not {ENCODER_SHA256}")
    model: Any = AutoModel.from_pretrained(folder, local_files_only=True)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return model, tokenizer
