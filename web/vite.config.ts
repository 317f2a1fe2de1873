import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const server = 'http://127.0.0.1:8000'

/** The first script of a page stands in it: it asks for what is needed while everything else is on its way. */
function firstScript(): Plugin {
  const tag = /<script src="(\/src\/first\.js)"><\/script>/
  return {
    name: 'first-script',
    apply: 'build',
    transformIndexHtml: {
      order: 'pre',
      handler: (html) =>
        html.replace(tag, (_, path: string) => `<script>\n${readFileSync(join('.', path), 'utf8')}</script>`),
    },
  }
}

// Nearly as small as the slowest way.
const QUICKLY = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }

/** Scripts and styles lie packed beside themselves, so that the server packs nothing. */
function packed(): Plugin {
  return {
    name: 'packed-assets',
    apply: 'build',
    writeBundle: ({ dir = '.' }) => {
      const folder = join(dir, 'assets')
      for (const name of readdirSync(folder).filter((each) => /\.(js|css)$/.test(each))) {
        const content = readFileSync(join(folder, name))
        writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content, QUICKLY))
        writeFileSync(join(folder, `${name}.gz`), gzipSync(content, { level: 9 }))
      }
    },
  }
}

export default defineConfig({
  plugins: [svelte(), firstScript(), packed()],
  build: {
    outDir: '../src/labelwright/static',
    emptyOutDir: true,
    // label.html is label mode alone, index.html everything else.
    // docs.html is the documentation of the API, whose one script is large; nothing else loads it.
    rolldownOptions: { input: ['index.html', 'label.html', 'docs.html'] },
    chunkSizeWarningLimit: 1600,
    license: { fileName: 'assets/licenses.md' },
    // The content security policy serves scripts and pictures from files alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ['chrome123', 'edge123', 'firefox128', 'safari17.5'],
  },
  server: { proxy: { '/api': server, '/schema': server, '/health': server } },
  // The test of the theme reads its style sheet; properties take their time on a busy machine.
  test: {
    include: ['src/**/*.test.ts'],
    setupFiles: ['any-seed.ts'],
    environment: 'node',
    css: true,
    testTimeout: 120_000,
  },
})
