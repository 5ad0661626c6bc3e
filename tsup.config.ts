import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Options } from 'tsup'
import { buildCode } from './build/code.js'

/** One for each code path in package.json `exports`, and those of `bin`; test/architecture.test.ts holds them together. */
export const entry = {
  index: 'src/index.ts',
  'ai-sdk': 'src/ai-sdk.ts',
  auto: 'src/auto.ts',
  bundler: 'src/bundler.ts',
  config: 'src/config.ts',
  core: 'src/core.ts',
  gateway: 'src/gateway.ts',
  next: 'src/next.ts',
  protocols: 'src/protocols.ts',
  providers: 'src/providers.ts',
  redis: 'src/redis.ts',
  testing: 'src/testing.ts',
  cli: 'src/cli.ts',
}

/** Types stand once, as those of the CommonJS files: what `import` gets are the same, by name. */
const types = {
  entry,
  format: ['cjs'],
  target: 'node20',
  clean: false,
  skipNodeModulesBundle: true,
  // Declarations are bundled through an option that TypeScript 6 calls deprecated.
  dts: { only: true, compilerOptions: { ignoreDeprecations: '6.0' } },
} satisfies Options

async function nameTypes(folder: string): Promise<void> {
  const names = Object.keys(entry).filter((name) => name !== 'cli')
  await Promise.all(names.map((name) => writeFile(join(folder, `${name}.d.ts`), `export * from './${name}.cjs'\n`)))
}

/** What is bundled keeps its licence beside it. */
async function keepLicences(folder: string): Promise<void> {
  const parts = await Promise.all(
    [
      ['node_modules/zod/LICENSE', 'Parts of zod (https://zod.dev) are in these files.'],
      [
        'node_modules/@pydantic/genai-prices/LICENSE',
        'prices.json has data of genai-prices (https://github.com/pydantic/genai-prices).',
      ],
    ].map(async ([file = '', what]) => `${what}\n\n${await readFile(file, 'utf8')}`),
  )
  await writeFile(join(folder, 'THIRD-PARTY-LICENSES.txt'), parts.join('\n\n'))
}

/** `tsup --no-dts` builds the code alone. tsup itself does no more than the types. */
export default async function build(flags: Options): Promise<Options[]> {
  const folder = flags.outDir ?? 'dist'
  await buildCode({ entries: entry, programs: ['cli'], folder })
  // webpack is told of a loader by its file.
  await writeFile(join(folder, 'webpack-loader.cjs'), "module.exports = require('./bundler.cjs').webpackLoader\n")
  await keepLicences(folder)
  if (flags.dts === false) return []
  await nameTypes(folder)
  return [types]
}
