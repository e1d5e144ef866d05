"""The latent space of a trained generator."""
