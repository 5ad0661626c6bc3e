/**
 * Resolves packages as Node does, for both formats and from any directory. `require.resolve` knows only one format, and
 * `import.meta.resolve` takes no parent.
 * Source: https://nodejs.org/api/esm.html#resolution-algorithm-specification
 */
import fs from 'node:fs'
import path from 'node:path'
import { isObject } from '../../kernel/json.js'
import { nodeFlags } from '../runtime.js'

export type ResolveKind = 'import' | 'require'

/** `either`: a `.js` file of a package without `type`. Node decides by its syntax when it loads the file. */
export type FileFormat = 'esm' | 'cjs' | 'either'

export interface Package {
  /** Absolute, symbolic links resolved. */
  readonly root: string
  readonly name: string
  readonly version: string | undefined
  readonly manifest: Readonly<Record<string, unknown>>
}

export interface ResolvedEntry {
  readonly file: string
  readonly format: FileFormat
}

export interface Resolver {
  /** The package in the nearest `node_modules/<folder>`, from `directory` upwards. `folder` may be an alias. */
  findPackage(folder: string, directory: string): Package | undefined
  /** The package whose root is `directory`. */
  readPackage(directory: string): Package | undefined
  /** The package of the nearest directory upwards with a `package.json` that `accept` accepts. */
  owner(directory: string, accept: (found: Package) => boolean): Package | undefined
  /** The file that `import`, or `require`, of an entry such as `.` or `./callbacks/manager` loads. */
  entry(found: Package, entry: string, kind: ResolveKind): ResolvedEntry | undefined
}

const EXTENSIONS = ['.js', '.json', '.node']

function isFile(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() === true
}

/** `path.join` for a folder and a name that need no normalisation, of which a search has hundreds. */
export function inFolder(folder: string, name: string): string {
  return folder.endsWith(path.sep) ? folder + name : folder + path.sep + name
}

function readManifest(file: string): Record<string, unknown> | undefined {
  try {
    const manifest = JSON.parse(fs.readFileSync(file, 'utf8')) as unknown
    return isObject(manifest) ? manifest : undefined
  } catch {
    // Not JSON: Node would not resolve the package either.
    return undefined
  }
}

/** The conditions of this process, without `default`. */
function conditionsOf(kind: ResolveKind): Set<string> {
  const runtime = ['bun', 'deno'].filter((name) => process.versions[name] !== undefined)
  return new Set(['node', 'node-addons', 'module-sync', kind, ...runtime, ...nodeFlags('--conditions', '-C')])
}

/** Picks the target of an `exports` value: the first condition, in the order of the map, that applies. */
function pickTarget(target: unknown, conditions: ReadonlySet<string>): string | null | undefined {
  if (typeof target === 'string' || target === null) return target
  if (Array.isArray(target)) {
    for (const option of target) {
      const picked = pickTarget(option, conditions)
      if (picked?.startsWith('./')) return picked
    }
    return undefined
  }
  if (!isObject(target)) return undefined
  for (const [condition, value] of Object.entries(target)) {
    if (condition !== 'default' && !conditions.has(condition)) continue
    const picked = pickTarget(value, conditions)
    if (picked !== undefined) return picked
  }
  return undefined
}

/** The pattern with the longest part before its star comes first; of two equal ones the longer. */
function comparePatterns(a: string, b: string): number {
  return b.indexOf('*') - a.indexOf('*') || b.length - a.length
}

function matchExports(exportsField: unknown, entry: string, conditions: ReadonlySet<string>): string | undefined {
  const isMap = isObject(exportsField) && Object.keys(exportsField).some((key) => key.startsWith('.'))
  if (!isMap) return entry === '.' ? (pickTarget(exportsField, conditions) ?? undefined) : undefined
  if (Object.hasOwn(exportsField, entry) && !entry.includes('*'))
    return pickTarget(exportsField[entry], conditions) ?? undefined
  for (const pattern of Object.keys(exportsField)
    .filter((key) => key.includes('*'))
    .sort(comparePatterns)) {
    const [before = '', after = ''] = pattern.split('*')
    if (entry.length < pattern.length || !entry.startsWith(before) || !entry.endsWith(after)) continue
    const filling = entry.slice(before.length, entry.length - after.length)
    return pickTarget(exportsField[pattern], conditions)?.replaceAll('*', () => filling)
  }
  return undefined
}

/** Resolves a package without `exports`: a file, a file with an extension added, or a directory's index. `guess` is false for `import` of a subpath. */
function legacyFile(base: string, guess: boolean): string | undefined {
  const candidates = guess
    ? [
        base,
        ...EXTENSIONS.map((extension) => base + extension),
        ...EXTENSIONS.map((extension) => path.join(base, `index${extension}`)),
      ]
    : [base]
  return candidates.find(isFile)
}

/** A resolver that caches what it reads. Each scan makes a new one, since packages may be installed in between. */
export function createResolver(): Resolver {
  const packages = new Map<string, Package | undefined>()
  const reals = new Map<string, string>()
  const keepLinks = nodeFlags('--preserve-symlinks').length > 0 || process.env['NODE_PRESERVE_SYMLINKS'] === '1'
  const conditions = { import: conditionsOf('import'), require: conditionsOf('require') }

  /** Like `fs.realpathSync`, but reads each folder once: most of a search is in a few folders. */
  function real(at: string): string {
    if (keepLinks) return at
    const known = reals.get(at)
    if (known !== undefined) return known
    const parent = path.dirname(at)
    const isPlain = parent !== at && fs.lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() === false
    const found = isPlain ? inFolder(real(parent), path.basename(at)) : fs.realpathSync(at)
    reals.set(at, found)
    return found
  }

  function readPackage(directory: string): Package | undefined {
    if (packages.has(directory)) return packages.get(directory)
    const found = packageAt(directory)
    packages.set(directory, found)
    return found
  }

  function packageAt(directory: string): Package | undefined {
    const file = inFolder(directory, 'package.json')
    // An exception costs more than a look.
    if (!fs.existsSync(file)) return undefined
    const root = real(directory)
    const known = packages.get(root)
    if (known) return known
    const manifest = readManifest(file)
    if (!manifest) return undefined
    const { name, version } = manifest
    const found = {
      root,
      name: typeof name === 'string' ? name : '',
      version: typeof version === 'string' ? version : undefined,
      manifest,
    }
    packages.set(root, found)
    return found
  }

  function owner(directory: string, accept: (found: Package) => boolean): Package | undefined {
    for (let at = directory; ; at = path.dirname(at)) {
      const found = readPackage(at)
      if (found && accept(found)) return found
      if (path.dirname(at) === at) return undefined
    }
  }

  function formatOf(file: string): FileFormat | undefined {
    const extension = path.extname(file)
    if (extension === '.mjs') return 'esm'
    if (extension === '.cjs') return 'cjs'
    if (extension !== '.js') return undefined
    const type = owner(path.dirname(file), () => true)?.manifest['type']
    if (type === 'module') return 'esm'
    return type === 'commonjs' ? 'cjs' : 'either'
  }

  return {
    readPackage,
    owner,
    findPackage(folder, directory) {
      for (let at = directory; ; at = path.dirname(at)) {
        if (path.basename(at) !== 'node_modules') {
          const found = readPackage(inFolder(inFolder(at, 'node_modules'), folder))
          if (found) return found
        }
        if (path.dirname(at) === at) return undefined
      }
    },
    entry(found, entry, kind) {
      const { manifest, root } = found
      let file: string | undefined
      if (manifest['exports'] !== undefined && manifest['exports'] !== null) {
        const target = matchExports(manifest['exports'], entry, conditions[kind])
        if (!target?.startsWith('./') || target.split(/[\\/]/).includes('..')) return undefined
        file = legacyFile(path.join(root, target), false)
      } else if (entry === '.') {
        const main = manifest['main']
        file = typeof main === 'string' ? legacyFile(path.resolve(root, main), true) : undefined
        file ??= legacyFile(path.join(root, 'index'), true)
      } else {
        file = legacyFile(path.join(root, entry), kind === 'require')
      }
      if (file === undefined) return undefined
      const resolved = real(file)
      const format = formatOf(resolved)
      return format && { file: resolved, format }
    },
  }
}
