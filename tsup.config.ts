import { readFile, writeFile } from 'node:fs/promises'
import type { Options } from 'tsup'

// Sources say `import.meta.url`, which CommonJS has not. tsup's own shim breaks on `#` and `?` in a path.
const commonJsUrl = `const importMetaUrl = require('node:url').pathToFileURL(__filename).href;`

/**
 * The CommonJS pass turns every `import(x)` into a `require(x)`, which takes no file URL and no ES module
 * with a top-level await. An import of a package or of a computed name is hidden from it, letter for letter
 * so that source maps stay right.
 */
const keepDynamicImport: NonNullable<Options['plugins']>[number] = {
  name: 'keep-dynamic-import',
  renderChunk(code) {
    return this.format === 'cjs' ? { code: code.replaceAll(/\bimport\((?!\s*["']\.)/g, 'imp0rt(') } : undefined
  },
  async buildEnd({ writtenFiles }) {
    if (this.format !== 'cjs') return
    for (const { name } of writtenFiles) {
      if (!name.endsWith('.cjs')) continue
      await writeFile(name, (await readFile(name, 'utf8')).replaceAll('imp0rt(', 'import('))
    }
  },
}

/** What is bundled keeps its licence beside it. */
const bundledLicences: NonNullable<Options['plugins']>[number] = {
  name: 'bundled-licences',
  async buildEnd() {
    const licence = await readFile('node_modules/zod/LICENSE', 'utf8')
    await writeFile('dist/THIRD-PARTY-LICENSES.txt', `Parts of zod (https://zod.dev) are in these files.\n\n${licence}`)
  },
}

export default {
  // One entry for each code path in package.json `exports`, and those of `bin`; test/architecture.test.ts holds them together.
  entry: {
    index: 'src/index.ts',
    auto: 'src/auto.ts',
    testing: 'src/testing.ts',
    cli: 'src/cli.ts',
  },
  format: ['esm', 'cjs'],
  target: 'node20',
  platform: 'node',
  removeNodeProtocol: false,
  splitting: true,
  // The code is not minified, so it reads without maps, which would double the package.
  sourcemap: false,
  clean: true,
  // Declarations are bundled through an option that TypeScript 6 calls deprecated.
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
  // Dependencies, peers and anything else from node_modules stay imports, but for the little of zod that checks
  // options: imported whole, zod takes four times as long to load as the rest of the package together.
  skipNodeModulesBundle: true,
  noExternal: [/^zod\//],
  plugins: [keepDynamicImport, bundledLicences],
  esbuildOptions(options, { format }) {
    if (format !== 'cjs') return
    options.define = { ...options.define, 'import.meta.url': 'importMetaUrl' }
    options.banner = { ...options.banner, js: commonJsUrl }
  },
} satisfies Options
