/** Builds the phone's listener into one file that the till hands out beside its pages. */
import { defineConfig } from 'vite'

export default defineConfig({
  publicDir: false,
  ssr: { noExternal: true },
  build: {
    ssr: 'listener/main.ts',
    target: 'node20',
    outDir: 'public/app',
    emptyOutDir: false,
    minify: false,
    rolldownOptions: {
      output: {
        // Node takes .mjs for a module wherever the file is put.
        entryFileNames: 'qrtill-listener.mjs',
        codeSplitting: false,
        banner: '#!/usr/bin/env node\n// qrtill · 码上收: the listener for Termux. MIT License.',
      },
    },
  },
})
