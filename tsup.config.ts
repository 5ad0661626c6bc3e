import { readFile, writeFile } from 'node:fs/promises'
import type { Options } from 'tsup'
import ts from 'typescript'

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
      const code = await readFile(name, 'utf8')
      // It also takes a class field that has the name of an export for that export, and writes over it.
      const fields = code.replaceAll(/(__init\d*\(\) \{this\.(\w+) = )exports\.\2 = /g, '$1')
      await writeFile(name, fields.replaceAll('imp0rt(', 'import('))
    }
  },
}

/**
 * Nothing of ours happens at import, so whatever a program does not use, its bundler may drop. Bundlers cannot see
 * that: a call, a property that is read and what `import * as` gives might do anything. Here each is put into a
 * function whose call is marked as pure.
 */
const pureStatements: NonNullable<Options['plugins']>[number] = {
  name: 'pure-statements',
  renderChunk(code) {
    if (this.format !== 'esm') return undefined
    const space = 'var $1 = ((all) => {\n  var space = {};\n  __export(space, all);\n  return space;\n})($2);'
    let text = code
      // For the order of effects alone.
      .replaceAll(/^import "\.\/chunk-\w+\.js";\n/gm, '')
      .replaceAll(/^var (\w+) = \{\};\n__export\(\1, (\{.*?^\})\);$/gms, space)
    const chunk = ts.createSourceFile('chunk.js', text, ts.ScriptTarget.ES2022)
    for (const statement of chunk.statements.toReversed()) {
      if (!ts.isVariableStatement(statement)) continue
      for (const { initializer } of statement.declarationList.declarations.toReversed()) {
        if (!initializer || !mayAct(initializer)) continue
        const start = initializer.getStart(chunk)
        const value = initializer.getText(chunk)
        const body = ts.isObjectLiteralExpression(initializer) ? `(${value})` : value
        text = `${text.slice(0, start)}/* @__PURE__ */ (() => ${body})()${text.slice(initializer.end)}`
      }
    }
    return { code: text }
  },
}

/** Whether something runs when `node` is evaluated. What a function holds does not, and a class has to keep its name. */
function mayAct(node: ts.Node): boolean {
  if (ts.isFunctionLike(node) || ts.isClassLike(node)) return false
  const acts =
    ts.isCallExpression(node) ||
    ts.isNewExpression(node) ||
    ts.isPropertyAccessExpression(node) ||
    ts.isElementAccessExpression(node) ||
    ts.isSpreadElement(node) ||
    ts.isSpreadAssignment(node) ||
    ts.isTemplateExpression(node) ||
    ts.isBinaryExpression(node)
  return acts || ts.forEachChild(node, (child) => mayAct(child) || undefined) === true
}

/** What is bundled keeps its licence beside it. */
const bundledLicences: NonNullable<Options['plugins']>[number] = {
  name: 'bundled-licences',
  async buildEnd() {
    const parts = await Promise.all(
      [
        ['node_modules/zod/LICENSE', 'Parts of zod (https://zod.dev) are in these files.'],
        [
          'node_modules/@pydantic/genai-prices/LICENSE',
          'prices.json has data of genai-prices (https://github.com/pydantic/genai-prices).',
        ],
      ].map(async ([file = '', what]) => `${what}\n\n${await readFile(file, 'utf8')}`),
    )
    await writeFile('dist/THIRD-PARTY-LICENSES.txt', parts.join('\n\n'))
  },
}

export default {
  // One entry for each code path in package.json `exports`, and those of `bin`; test/architecture.test.ts holds them together.
  entry: {
    index: 'src/index.ts',
    auto: 'src/auto.ts',
    config: 'src/config.ts',
    core: 'src/core.ts',
    protocols: 'src/protocols.ts',
    providers: 'src/providers.ts',
    redis: 'src/redis.ts',
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
  plugins: [keepDynamicImport, pureStatements, bundledLicences],
  esbuildOptions(options, { format }) {
    if (format !== 'cjs') return
    options.define = { ...options.define, 'import.meta.url': 'importMetaUrl' }
    options.banner = { ...options.banner, js: commonJsUrl }
  },
} satisfies Options
