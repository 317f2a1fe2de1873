import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import tseslint from 'typescript-eslint'
import svelteConfig from './svelte.config.js'

/** Forbid imports of the named rooms: arrows run app > canvas | api | ui; canvas > tools > core > geometry. */
function closed(room, ...rooms) {
  const patterns = rooms.map((other) => ({
    regex: `^(\\.\\./)+${other}(/|$)`,
    message: `${room} imports nothing of ${other}.`,
  }))
  return {
    files: [`src/${room}/**/*.{ts,svelte}`],
    rules: { 'no-restricted-imports': ['error', { patterns }] },
  }
}

export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'test-results'] },
  js.configs.recommended,
  tseslint.configs.strict,
  svelte.configs.recommended,
  { languageOptions: { globals: globals.browser } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      parserOptions: { parser: tseslint.parser, extraFileExtensions: ['.svelte'], svelteConfig },
    },
  },
  {
    rules: {
      complexity: ['error', 10],
      'max-lines': ['error', 400],
      'max-params': ['error', 5],
      'no-console': 'error',
      eqeqeq: 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // An index that was just checked, or a value the compiler cannot follow, is asserted in place.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Names come as data; the router of this application is its own.
      'svelte/no-navigation-without-resolve': 'off',
      // State is replaced as a whole value; what changes in place is a SvelteSet on purpose.
      'svelte/prefer-svelte-reactivity': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
      'svelte/no-at-html-tags': 'error',
    },
  },
  closed('geometry', 'core', 'tools', 'canvas', 'api', 'ui', 'app'),
  closed('core', 'tools', 'canvas', 'api', 'ui', 'app'),
  closed('tools', 'canvas', 'api', 'ui', 'app'),
  closed('canvas', 'api', 'ui', 'app'),
  closed('api', 'tools', 'canvas', 'ui', 'app'),
  closed('ui', 'geometry', 'core', 'tools', 'canvas', 'api', 'app'),
)
