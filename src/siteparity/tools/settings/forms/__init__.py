"""How files with settings are written: a perl text for each form, and what several of them need."""
