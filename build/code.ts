/** Builds the code: one copy of it, CommonJS, in parts; and for each entry an ES module that names what they export. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { rollup, type OutputChunk, type OutputOptions, type Plugin } from 'rollup'
import { compact } from './compact.js'
import { loadLate } from './late.js'
import { findParts, type Parts } from './parts.js'

const root = resolve(fileURLToPath(new URL('..', import.meta.url)))

/** What an entry is as an ES module of Rollup's: names of what parts export. */
const NAMES_ONLY = /^(?:export \{[^}]*\} from '[^']*';\s*)*$/

/** What Rollup may say. Parts name each other in circles, but load late; modules of zod do too, and it has comments on annotations. */
const KNOWN: ReadonlySet<string> = new Set(['CIRCULAR_CHUNK', 'CIRCULAR_DEPENDENCY', 'INVALID_ANNOTATION'])

export interface Built {
  /** Entries by name, with the path of their source. */
  readonly entries: Readonly<Record<string, string>>
  /** Those that are run, not imported. */
  readonly programs: readonly string[]
  readonly folder: string
}

/** Writes the code of the package into `folder`, in place of what is there. */
export async function buildCode({ entries, programs, folder }: Built): Promise<void> {
  const idOf = (path: string): string => join(root, path.replace(/\.ts$/, '.js'))
  const pathOf = (id: string): string =>
    relative(root, id)
      .split(sep)
      .join('/')
      .replace(/^((?:src|integrations)\/.*)\.js$/, '$1.ts')
  const graph = await rollup({
    input: Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, idOf(path)])),
    plugins: [await sources()],
    // Nothing happens at import, but in what is imported or run for that alone.
    treeshake: { moduleSideEffects: (id) => /^src\/(auto|cli)\.ts$/.test(pathOf(id)) },
    onLog: (_level, { code, message }) => {
      if (!KNOWN.has(code ?? '')) throw new Error(message)
    },
  })
  let found: Parts | undefined
  const options: OutputOptions = {
    manualChunks(id, { getModuleIds, getModuleInfo }) {
      found ??= findParts({ info: getModuleInfo, ids: [...getModuleIds()], pathOf, idOf })
      return found.nameOf(id)
    },
    chunkFileNames: '[name].cjs',
    minifyInternalExports: true,
    externalLiveBindings: false,
    hoistTransitiveImports: false,
    interop: 'default',
    generatedCode: { preset: 'es2015', symbols: false },
    strict: false,
  }
  const parts = chunks(
    await graph.generate({ ...options, format: 'cjs', entryFileNames: '[name].cjs', esModule: true }),
  )
  const faces = chunks(await graph.generate({ ...options, format: 'es', entryFileNames: '[name].js' }))
  await graph.close()
  const files = new Map<string, string>()
  const otherRequireIn = findOtherRequire(parts, idOf('src/kernel/own-require.ts'))
  for (const { fileName, code } of parts) {
    const otherRequire = otherRequireIn(fileName)
    const atOnce = (specifier: string): boolean =>
      found?.isAtOnce(specifier.slice('./'.length, -'.cjs'.length)) ?? false
    const late = loadLate(code, { atOnce, otherRequire })
    files.set(fileName, await compact(fileName, late))
  }
  for (const { name, code, isEntry, exports } of faces) {
    if (!isEntry || programs.includes(name)) continue
    const names = exports.length === 0 ? '' : `{${exports.join(',')}}from`
    files.set(`${name}.js`, `${names ? 'export' : 'import'}${names}"./${name}.cjs";\n`)
    if (exports.length === 0) continue
    if (!NAMES_ONLY.test(code)) throw new Error(`${name} has code of its own, which belongs into a part`)
    files.set(`${name}.parts.js`, await compact(`${name}.parts.js`, code))
  }
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await Promise.all(
    [...files].map(([name, text]) =>
      writeFile(join(folder, name), text, { mode: text.startsWith('#!') ? 0o755 : 0o644 }),
    ),
  )
}

/** How a file says `requireFromHere()`, whose name between files is a short one. */
function findOtherRequire(parts: readonly OutputChunk[], id: string): (fileName: string) => string {
  const home = parts.find(({ moduleIds }) => moduleIds.includes(id))
  const [, exported] = /exports\.(\w+) = requireFromHere;/.exec(home?.code ?? '') ?? []
  if (!home || exported === undefined) throw new Error('no part exports requireFromHere')
  return (fileName) =>
    fileName === home.fileName ? 'requireFromHere()' : `require('./${home.fileName}').${exported}()`
}

function chunks({ output }: { readonly output: readonly { readonly type: string }[] }): OutputChunk[] {
  return output.filter((file): file is OutputChunk => file.type === 'chunk')
}

/** Our sources without their types, and the modules of zod that they import. Everything else stays outside. */
async function sources(): Promise<Plugin> {
  const { outputFiles } = await build({
    entryPoints: ['src/**/*.ts', 'integrations/**/*.ts'],
    absWorkingDir: root,
    outbase: root,
    outdir: root,
    write: false,
    target: 'node20',
    logLevel: 'error',
  })
  const plain = new Map(outputFiles.map(({ path, text }) => [path, text]))
  return {
    name: 'sources',
    resolveId(specifier, importer) {
      if (importer === undefined) return specifier.replace(/\.ts$/, '.js')
      if (specifier.startsWith('.')) return resolve(dirname(importer), specifier)
      if (specifier.startsWith('zod/')) return join(root, 'node_modules', specifier, 'index.js')
      return { id: specifier, external: true }
    },
    load: (id) => plain.get(id) ?? readFile(id, 'utf8'),
    // Sources ask for it when they run as ES modules; what is built is CommonJS.
    resolveImportMeta: () => 'undefined',
  }
}
