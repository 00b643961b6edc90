"""Two real sites on one machine, and the faults that checks must catch; the only code that changes hosts."""
