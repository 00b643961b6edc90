"""The pair *php*: webmail from Debian, at Porto and Turku."""
