import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Compresses what was built, so that the server only hands it out. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    // Not earlier: the names of a chunk's parts are put into it at the very end.
    async writeBundle({ dir = "dist" }, bundle) {
      for (const name of Object.keys(bundle)) {
        if (!/\.(js|css|html|svg|json|wasm)$/.test(name)) continue;
        const path = join(dir, name);
        const source = await readFile(path);
        if (source.length < 1024) continue;
        const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: source.length };
        await writeFile(`${path}.br`, brotliCompressSync(source, { params }));
        await writeFile(`${path}.gz`, gzipSync(source, { level: 9 }));
      }
    },
  };
}

const server = process.env.HEDDLE_DEV_SERVER ?? "http://localhost:8080";

export default defineConfig({
  plugins: [react(), compressed()],
  resolve: {
    alias: { "~": new URL("src", import.meta.url).pathname },
    conditions: ["heddle-source", "module", "browser", "development|production"],
  },
  build: {
    target: "es2023",
    // Every script is a file: pages run no inline script.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      output: {
        // What most pages share is one file, not a hundred: each costs a request and compresses worse alone.
        codeSplitting: {
          groups: [
            { name: "icons", test: /@tabler[\\/]icons-react/, minShareCount: 2 },
            { name: "shared", minShareCount: 6 },
          ],
        },
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      ["/v1", "/api", "/auth", "/docs", "/openapi", "/health"].map((path) => [path, { target: server }]),
    ),
  },
  test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"], setupFiles: ["src/testing/setup.ts"] },
});
