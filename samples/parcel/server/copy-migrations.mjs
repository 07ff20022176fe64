import { cp, rm } from "node:fs/promises";

// The compiler leaves SQL behind; beside the compiled code the files ship wherever `dist` goes.
await rm("dist/migrations", { recursive: true, force: true });
await cp("migrations", "dist/migrations", { recursive: true });
