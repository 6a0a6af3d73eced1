"""rustcam-cli beside other tools, on the same work and in turn."""
