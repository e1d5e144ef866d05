"""saddlepoint: generative adversarial networks, played as one game."""
