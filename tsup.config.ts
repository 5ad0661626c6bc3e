import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { transform, type TransformOptions } from 'esbuild'
import type { Options } from 'tsup'
import ts from 'typescript'

/**
 * Nothing of ours happens at import, so whatever a program does not use, its bundler may drop. Bundlers cannot see
 * that: a call, a property that is read and what `import * as` gives might do anything. Here each is put into a
 * function whose call is marked as pure.
 */
const pureStatements: NonNullable<Options['plugins']>[number] = {
  name: 'pure-statements',
  renderChunk(code) {
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
        text = `${text.slice(0, start)}(/* @__PURE__ */ (() => ${body})())${text.slice(initializer.end)}`
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

// Sources say `import.meta.url`, which CommonJS has not. tsup's own shim breaks on `#` and `?` in a path.
const commonJsUrl = `const importMetaUrl = require('node:url').pathToFileURL(__filename).href;`

/**
 * Each file is written again as CommonJS: the same code in the same parts, with other imports and exports. tsup's own
 * CommonJS pass rewrites the code for old engines, which costs in every call. A program of `bin` is no package entry.
 */
const commonJs: NonNullable<Options['plugins']>[number] = {
  name: 'common-js',
  async buildEnd({ writtenFiles }) {
    const programs = /^#!/
    for (const { name } of writtenFiles) {
      const source = await readFile(name, 'utf8')
      // Without indentation a file has a sixth less to send, and names and lines stay for stack traces.
      // The mark of a pure call is a comment, and would go too; so it stands as a name meanwhile.
      const marked = source.replaceAll('/* @__PURE__ */ (() =>', '__PURE__, (() =>')
      const { code } = await transform(marked, { ...compact, format: 'esm' })
      await writeFile(name, code.replaceAll('__PURE__,', '/*@__PURE__*/'))
      if (!programs.test(source)) await writeFile(name.replace(/\.js$/, '.cjs'), await toCommonJs(source))
    }
  },
}

const compact: TransformOptions = {
  target: 'node20',
  platform: 'node',
  minifyWhitespace: true,
  lineLimit: 160,
  legalComments: 'none',
}

/**
 * What other parts export is bound once, as nothing of it is ever assigned anew: read from an export at each use, it would
 * be a call of a getter.
 */
async function toCommonJs(source: string): Promise<string> {
  const bound = source.replaceAll(
    /^import \{([^}]*)\} from "(\.\/[\w-]+)\.js";$/gm,
    (_, names: string, part: string) => `const {${names.replaceAll(' as ', ': ')}} = require("${part}.cjs");`,
  )
  const { code } = await transform(bound, {
    ...compact,
    format: 'cjs',
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: source.includes('import.meta.url') ? commonJsUrl : '',
  })
  if (/\bimport\("\.\//.test(code)) throw new Error('a part that loads late needs a require() of its own in CommonJS')
  return code.replaceAll(/\brequire\("(\.\/[\w-]+)\.js"\)/g, 'require("$1.cjs")')
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

const shared = {
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
  target: 'node20',
  platform: 'node',
  removeNodeProtocol: false,
  splitting: true,
  // Maps would double the package.
  sourcemap: false,
  // Dependencies, peers and anything else from node_modules stay imports, but for the little of zod that checks
  // options: imported whole, zod takes four times as long to load as the rest of the package together.
  skipNodeModulesBundle: true,
  noExternal: [/^zod\//],
} satisfies Options

export const { entry } = shared

const code = {
  ...shared,
  format: ['esm'],
  dts: false,
  clean: true,
  plugins: [pureStatements, commonJs, bundledLicences],
} satisfies Options

/** Types stand once, as those of the CommonJS files: what `import` gets are the same, by name. */
const types = {
  ...shared,
  format: ['cjs'],
  clean: false,
  // Declarations are bundled through an option that TypeScript 6 calls deprecated.
  dts: { only: true, compilerOptions: { ignoreDeprecations: '6.0' } },
} satisfies Options

const importedTypes: NonNullable<Options['plugins']>[number] = {
  name: 'imported-types',
  async buildEnd({ writtenFiles }) {
    for (const { name } of writtenFiles) {
      const part = basename(name, '.js')
      if (part in entry) await writeFile(name.replace(/\.js$/, '.d.ts'), `export * from './${part}.cjs'\n`)
    }
  },
}

/** `tsup --no-dts` builds the code alone. */
export default (flags: Options): Options[] =>
  flags.dts === false ? [code] : [{ ...code, plugins: [...code.plugins, importedTypes] }, types]
