import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

const server = 'http://127.0.0.1:8000'

export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: '../src/labelwright/static',
    emptyOutDir: true,
    // docs.html is the documentation of the API, whose one script is large; nothing else loads it.
    rolldownOptions: { input: ['index.html', 'docs.html'] },
    chunkSizeWarningLimit: 1600,
    license: { fileName: 'assets/licenses.md' },
    // The content security policy serves scripts and pictures from files alone.
    assetsInlineLimit: 0,
    target: ['chrome123', 'edge123', 'firefox128', 'safari17.5'],
  },
  server: { proxy: { '/api': server, '/schema': server, '/health': server } },
  // The test of the theme reads its style sheet; properties take their time on a busy machine.
  test: { include: ['src/**/*.test.ts'], environment: 'node', css: true, testTimeout: 120_000 },
})
