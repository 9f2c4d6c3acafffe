"""One file per request or notification of the protocol."""
