import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** Android webviews inside WeChat stayed at Chromium 66 well into 2020; iPhones that old have Safari 12. */
const OLDEST = ['es2018', 'chrome66', 'safari12']

/**
 * The browser reads methods and paths from the contract and never runs a schema: the server does. Leaving the
 * schemas' library out saves a tenth of what a buyer downloads. Code that would parse in the browser does not build.
 */
function withoutSchemas(): Plugin {
  const inert = '\0inert-schemas'
  return {
    name: 'without-schemas',
    apply: 'build',
    enforce: 'pre',
    resolveId: (source) => (source === 'zod/mini' ? inert : undefined),
    async load(id) {
      if (id !== inert) return undefined
      const names = Object.keys(await import('zod/mini')).filter(
        (name) => name !== 'default' && !/parse|encode|decode/i.test(name),
      )
      return [
        'const inert = new Proxy(() => inert, { get: () => inert })',
        `export { ${names.map((name) => `inert as ${name}`).join(', ')} }`,
      ].join('\n')
    },
  }
}

export default defineConfig({
  root: path('../web'),
  base: '/app/',
  publicDir: false,
  // No component here or in the console's kit is written with the options API; without it Vue is smaller.
  plugins: [withoutSchemas(), vue({ features: { optionsAPI: false } })],
  build: {
    outDir: path('../public/app'),
    emptyOutDir: true,
    target: OLDEST,
    cssTarget: OLDEST,
    sourcemap: false,
    // Without these two the page would carry an inline script and data: icons that its policy forbids.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  server: {
    proxy: {
      '/api': 'http://127.0.0.1:8080',
      '/addons': 'http://127.0.0.1:8080',
      '/openapi': 'http://127.0.0.1:8080',
    },
  },
})
