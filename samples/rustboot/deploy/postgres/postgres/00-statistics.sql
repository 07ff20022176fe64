-- Written by Gantry from stack.ts. Change that and run `gantry render`: edits here are lost.
-- What each query costs: SELECT query, calls, mean_exec_time FROM pg_stat_statements ORDER BY total_exec_time DESC;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
