"""What runs, held against what is installed and configured: configured is not running."""
