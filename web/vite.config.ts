import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

const server = 'http://127.0.0.1:8000'

export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: '../src/labelwright/static',
    emptyOutDir: true,
    // The content security policy serves scripts and pictures from files alone.
    assetsInlineLimit: 0,
    target: ['chrome123', 'edge123', 'firefox128', 'safari17.5'],
  },
  server: { proxy: { '/api': server, '/schema': server, '/health': server } },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
})
