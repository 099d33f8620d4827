"""What the papers report, beside ours for reference: other sounds, other sizes, no race.

Source: Devnani et al., "Learning Spatially-Aware Language and Audio Embeddings", NeurIPS 2024,
arXiv:2409.11369: its tables of zero-shot attributes, localisation, retrieval and direction swap.
"""

from typing import Final

SOURCE: Final = "Devnani et al., NeurIPS 2024, arXiv:2409.11369"

FIGURES: Final = {
    "direction, zero-shot": "92.0 to 92.8; simulated rooms; 35.8 on 70 real clips",
    "distance, zero-shot": "67.1 on real clips",
    "elevation, zero-shot": "72.1 on real clips",
    "localisation, mean error": "14.97 on TUT 2018; SELDnet 26.6, PILOT 4.2, CLAP 95.29",
    "mono captions, text to audio, mAP@10": "44.2 on AudioCaps; LAION-CLAP 43.8",
    "direction swap, in the new class": "99.6 to 99.7",
    "direction swap, change of R@10, text to audio": "-0.2",
    "direction, 4-class MLP": "96.7",
    "direction, read from text": "64.3",
    "distance, read from text": "76.5",
    "elevation, read from text": "55.1",
}
"""By protocol; the table has what stands before the semicolon."""
