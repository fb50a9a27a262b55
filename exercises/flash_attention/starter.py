"""FlashAttention: exact attention without the matrix of scores, as a Triton kernel."""

import torch
import triton
import triton.language as tl


@triton.jit
def attend(
    q,
    # ... pointers, sizes and strides
    BLOCK_Q: tl.constexpr,
    BLOCK_K: tl.constexpr,
):
    pass


def flash_attention(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, causal: bool = False, scale: float | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return softmax(scale * q k^T) v and the log-sum-exp of its scores; forward only.

    q: [batch, heads, seq_q, head_dim]; k, v: [batch, heads, seq_k, head_dim]. Not changed.
    causal: query i sees key j if and only if j <= i + seq_k - seq_q.
    scale: any finite number; None means 1 / sqrt(head_dim).
    Returns out [batch, heads, seq_q, head_dim] in q's dtype and lse [batch, heads, seq_q] in float32.
    Raises ValueError if the arguments break the contract.
    """
    raise NotImplementedError
