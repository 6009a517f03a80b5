// Builds the page of the tests, and nothing that is shipped.
import { defineConfig } from 'vite';
import { target } from '../harness/target.mjs';

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  cacheDir: target('admin-ui-cache'),
  esbuild: { jsx: 'automatic' },
  build: { outDir: target('admin-ui'), emptyOutDir: true, target: 'esnext', minify: false, chunkSizeWarningLimit: 20_000 },
});
