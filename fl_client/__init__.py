"""Federated learning under bond on an Ethereum chain."""

__version__ = "0.1.0"
