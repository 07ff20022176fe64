import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vite";

const api = process.env["API_URL"] ?? "http://api:3000";

export default defineConfig({
  // In a container the dependencies belong to root, and the server does not run as root.
  cacheDir: join(tmpdir(), "vite-parcel-web"),
  // One file that stands on its own next to the page: no inlined data, so a strict content security policy holds.
  build: { assetsInlineLimit: 0, target: "es2023" },
  server: {
    host: "0.0.0.0",
    port: 5173,
    strictPort: true,
    allowedHosts: ["web", "edge"],
    proxy: {
      "/api": { target: api, ws: true, xfwd: true },
      "/health": { target: api },
    },
  },
});
