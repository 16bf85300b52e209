"""subscribers.yaml and the environment, made into a Config."""
