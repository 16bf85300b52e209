"""The configuration: subscribers.yaml and the environment, checked and read into a Config."""
