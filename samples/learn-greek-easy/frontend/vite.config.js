import { tmpdir } from "node:os";
import { join } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  // In a container the dependencies belong to root, and the server does not run as root.
  cacheDir: join(tmpdir(), "vite-learn-greek-easy"),
  build: { assetsInlineLimit: 0, target: "es2023" },
  server: { host: "0.0.0.0", port: 5173, strictPort: true, allowedHosts: true },
});
