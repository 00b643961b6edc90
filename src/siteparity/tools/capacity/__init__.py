"""How much a host can do: its machine, its disks, its processes, and the limits of its servers."""
