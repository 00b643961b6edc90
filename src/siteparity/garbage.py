"""Collects garbage seldom. Imported first by each process of a run, for this effect.

Nearly all objects of a run live to its end, and hardly any are in cycles. To look at all of them again and
again took a sixth of its time.
"""

import gc

gc.set_threshold(100_000, 20, 50)
