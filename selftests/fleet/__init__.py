"""A site of any size, from what the lab's hosts answered: no host is asked, nothing is started."""
