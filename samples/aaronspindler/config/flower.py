"""Flower: history on a volume, and a password where there is one."""

import os
from pathlib import Path

port = 5555
persistent = True
db = "/data/flower.db"
state_save_interval = 30_000
max_tasks = 10_000
if "FLOWER_PASSWORD_FILE" in os.environ:
    basic_auth = [f"flower:{Path(os.environ['FLOWER_PASSWORD_FILE']).read_text().strip()}"]
