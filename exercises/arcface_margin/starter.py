"""ArcFace: a softmax over cosines whose target class is handicapped by an angle."""

from torch import Tensor


def arcface_logits(
    embeddings: Tensor,
    weight: Tensor,
    labels: Tensor,
    s: float = 64.0,
    m: float = 0.5,
    easy_margin: bool = False,
) -> Tensor:
    """Return the scaled logits [B, C]: s·cos(angle), with the margin m on the angle of each row's label.

    embeddings: [B, D], floating point; one row for each sample. Not changed.
    weight: [C, D], the dtype of embeddings; one row for each class. Not changed.
    labels: [B], int64, each in 0, ..., C - 1; ValueError otherwise.
    s: the scale of all logits.
    m: the margin in radians, 0 <= m < π/2; ValueError otherwise.
    easy_margin: no margin where the cosine is 0 or less, instead of the extension beyond angle + m = π.
    """
    raise NotImplementedError
