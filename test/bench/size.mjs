// What a user pays in bytes: programs of one line, as a bundler with minifier would ship them, from the built package.
// Dependencies stay out, as in .size-limit.mjs; the part of zod that is built in counts.
import { build } from 'esbuild'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { brotliCompressSync } from 'node:zlib'

const { dependencies, peerDependencies } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
)
// The price table is data, 283 kB of it, and can be left out as well.
const external = [...Object.keys({ ...dependencies, ...peerDependencies }), 'tracestitch/prices.json']

async function weigh(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: resolve(import.meta.dirname, '../..'), loader: 'js' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external,
    // The package by its exports: by our own compiler settings it would be its sources.
    tsconfigRaw: '{}',
    logLevel: 'warning',
  })
  const [{ contents: bytes }] = outputFiles
  return { minified: bytes.length, brotli: brotliCompressSync(bytes).length }
}

const client = (format, row) => `
  import { createClientWith } from 'tracestitch/core'
  import { ${format} } from 'tracestitch/protocols'
  ${row ? `import { ${row} } from 'tracestitch/providers'` : ''}
  export const createClient = createClientWith({ protocols: [${format}], providers: [${row ?? ''}] })`

const cases = {
  'tracestitch, everything': `export * from 'tracestitch'`,
  createClient: `export { createClient } from 'tracestitch'`,
  autolog: `export { autolog } from 'tracestitch'`,
  'createClientWith, no format': `export { createClientWith } from 'tracestitch/core'`,
  'createClientWith, openaiChat, a server of one\u2019s own': client('openaiChat'),
  'createClientWith, openaiChat, openai': client('openaiChat', 'openai'),
  'createClientWith, anthropicMessages, anthropic': client('anthropicMessages', 'anthropic'),
  'createClientWith, geminiGenerate, gemini': client('geminiGenerate', 'gemini'),
  'all formats alone': `export * from 'tracestitch/protocols'`,
  'openaiChat alone': `export { openaiChat } from 'tracestitch/protocols'`,
  'anthropicMessages alone': `export { anthropicMessages } from 'tracestitch/protocols'`,
  'all rows of providers alone': `export * from 'tracestitch/providers'`,
  'one row of a provider alone': `export { openai } from 'tracestitch/providers'`,
}

export async function benchSize() {
  console.log('\nBundle size, minified and after brotli, without dependencies')
  let whole
  for (const [name, contents] of Object.entries(cases)) {
    const { minified, brotli } = await weigh(contents)
    whole ??= brotli
    console.log(
      `  ${name.padEnd(54)} ${(minified / 1000).toFixed(1).padStart(7)} kB ${(brotli / 1000).toFixed(1).padStart(7)} kB   ${((100 * brotli) / whole).toFixed(0).padStart(3)} %`,
    )
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await benchSize()
