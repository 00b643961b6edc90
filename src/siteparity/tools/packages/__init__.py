"""What is installed: dpkg's database, the files of packages, APT's origins and holds, Python's own."""
