// What a user pays in bytes: the client with every provider and format, and with one of each, as a bundler with
// minifier would ship it. Dependencies stay out, as in .size-limit.mjs; the part of zod that is built in counts.
import { build } from 'esbuild'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { brotliCompressSync } from 'node:zlib'

const root = resolve(import.meta.dirname, '../..')
const { dependencies, devDependencies } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
)
const external = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => name !== 'zod')

/** Replaces the text of files, by their path from the root. */
const replacing = (texts) => ({
  name: 'replacing',
  setup({ onLoad }) {
    for (const [path, contents] of Object.entries(texts)) {
      const file = resolve(root, path)
      onLoad(
        { filter: new RegExp(`${path.replaceAll(/[.\\/]/g, (sign) => (sign === '.' ? '\\.' : '[\\\\/]'))}$`) },
        (args) => (args.path === file ? { contents, loader: 'ts', resolveDir: resolve(file, '..') } : undefined),
      )
    }
  },
})

async function weigh(contents, texts = {}) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external,
    plugins: [replacing(texts)],
    logLevel: 'warning',
  })
  const [{ contents: bytes }] = outputFiles
  return { minified: bytes.length, brotli: brotliCompressSync(bytes).length }
}

/** The registries as they would be with one format, and with few providers. */
function only(format, name, from, providers) {
  const registry = readFileSync(resolve(root, 'src/protocols/index.ts'), 'utf8')
  return {
    'src/protocols/index.ts': registry
      .replaceAll(/^import \{.*\} from '\.\/.*'\n/gm, '')
      .replace(/(Record<ProtocolId, Protocol>> = )\{[^}]*\}/, `$1{ '${format}': ${name} } as never`)
      .replace(/^/, `import { ${name} } from '${from}'\n`),
    ...(providers && {
      'src/providers/index.ts': `${providers.map((id) => `import { ${id} } from './${id}.js'`).join('\n')}\nexport const providers = new Map([${providers.join(', ')}].map((row) => [row.id, row]))`,
    }),
  }
}

const CLIENT = `export { createClient } from './src/client/index.ts'`

export async function benchSize() {
  const cases = {
    'createClient, everything': [CLIENT],
    'createClient, openai-chat, all providers': [CLIENT, only('openai-chat', 'openaiChat', './openai-chat/index.js')],
    'createClient, openai-chat, one provider': [
      CLIENT,
      only('openai-chat', 'openaiChat', './openai-chat/index.js', ['openai']),
    ],
    'createClient, anthropic-messages, one provider': [
      CLIENT,
      only('anthropic-messages', 'anthropicMessages', './anthropic-messages/index.js', ['anthropic']),
    ],
    'createClient, gemini-generate, one provider': [
      CLIENT,
      only('gemini-generate', 'geminiGenerate', './gemini-generate/index.js', ['gemini']),
    ],
    'all formats alone': [`export { protocols } from './src/protocols/index.ts'`],
    'openai-chat alone': [`export { openaiChat } from './src/protocols/openai-chat/index.ts'`],
    'anthropic-messages alone': [`export { anthropicMessages } from './src/protocols/anthropic-messages/index.ts'`],
    'all rows of providers alone': [`export { providers } from './src/providers/index.ts'`],
    'one row of a provider alone': [`export { openai } from './src/providers/openai.ts'`],
  }
  console.log('\nBundle size, minified and after brotli, without dependencies')
  let whole
  for (const [name, [contents, texts]] of Object.entries(cases)) {
    const { minified, brotli } = await weigh(contents, texts)
    whole ??= brotli
    console.log(
      `  ${name.padEnd(48)} ${(minified / 1000).toFixed(1).padStart(7)} kB ${(brotli / 1000).toFixed(1).padStart(7)} kB   ${((100 * brotli) / whole).toFixed(0).padStart(3)} %`,
    )
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await benchSize()
