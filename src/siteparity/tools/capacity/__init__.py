"""What a host can carry: its machine, its disks, its workers, and the limits of its servers."""
