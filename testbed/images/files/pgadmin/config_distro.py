# The settings of the container; PGADMIN_CONFIG_NAME=value in the environment wins, its value written as in Python.
import ast
import os

SERVER_MODE = True
DATA_DIR = "/var/lib/pgadmin"
LOG_FILE = "/dev/null"
UPGRADE_CHECK_ENABLED = False
DEFAULT_BINARY_PATHS = {"pg": "/usr/bin"}

for _name, _value in os.environ.items():
    if _name.startswith("PGADMIN_CONFIG_"):
        globals()[_name.removeprefix("PGADMIN_CONFIG_")] = ast.literal_eval(_value)
