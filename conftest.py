"""A door: it registers the plugin."""

pytest_plugins = ["siteparity.pytest_plugin"]
