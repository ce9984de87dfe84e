import js from '@eslint/js'
import { defineConfig } from 'eslint/config'
import vue from 'eslint-plugin-vue'
import ts from 'typescript-eslint'

const SCRIPTS = ['**/*.{js,cjs}']
const TESTS = ['**/*.test.ts', 'test/**']
const NODE = {
  process: 'readonly',
  console: 'readonly',
  Buffer: 'readonly',
  URL: 'readonly',
  URLSearchParams: 'readonly',
  AbortController: 'readonly',
  AbortSignal: 'readonly',
  fetch: 'readonly',
  setTimeout: 'readonly',
  clearTimeout: 'readonly',
  require: 'readonly',
  module: 'writable',
}

export default defineConfig(
  { ignores: ['dist/', 'public/', 'data/', 'coverage/', 'test/output/'] },
  js.configs.recommended,
  ts.configs.strict,
  vue.configs['flat/recommended'],
  { rules: vue.configs['no-layout-rules'].rules },
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: { 'no-undef': 'off' }, // the type check knows what a browser has
  },
  {
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'no-control-regex': 'off', // control characters are what those patterns keep out
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only com/config.ts reads the environment.' },
        {
          property: 'writeHead',
          message: 'beginAnswer in api/security-headers.ts adds what every answer carries.',
        },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Exports have names.' },
        {
          selector: 'ClassDeclaration:not([superClass.name=/Error$|Transaction$/])',
          message: 'No classes but errors.',
        },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      'vue/multi-word-component-names': 'off',
      'vue/require-default-prop': 'off', // TypeScript's optional props say it
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/component-api-style': ['error', ['script-setup']],
    },
  },
  {
    // A promise nobody waits for hides its failure: worth the price of knowing types.
    files: ['app.ts', '{com,core,api,listener}/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/return-await': 'error',
    },
  },
  { files: ['com/config.ts', 'listener/main.ts'], rules: { 'no-restricted-properties': 'off' } },
  { files: ['app.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.config.ts', '**/*.config.js', '**/*.d.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['tools/**', 'examples/**', ...TESTS],
    rules: { 'no-console': 'off', 'no-restricted-properties': 'off' },
  },
  { files: TESTS, rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  {
    files: SCRIPTS,
    languageOptions: { globals: NODE },
    rules: { '@typescript-eslint/no-require-imports': 'off', 'no-var': 'off' },
  },
)
