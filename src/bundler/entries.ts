/** Which files are the entries of packages that `autolog()` patches. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { integrations } from '../../integrations/index.js'
import { isObject, parseJson } from '../kernel/json.js'

export interface SdkEntry {
  readonly package: string
  /** Subpath, such as `.` or `./client`. */
  readonly entry: string
}

/** Names of all packages that integrations serve. */
export function tracedPackages(): readonly string[] {
  return integrations.flatMap(({ packages }) => packages)
}

/** Remembers each package: a bundler asks for every file of the program. */
export function createEntryFinder(): (file: string) => SdkEntry | undefined {
  const names = new Set(tracedPackages())
  const known = new Map<string, ReadonlyMap<string, SdkEntry>>()
  return (file) => {
    const found = folderOf(path.normalize(file))
    if (!found || !names.has(found.name)) return undefined
    const { name, folder } = found
    let entries = known.get(folder)
    if (!entries) known.set(folder, (entries = entriesOf(name, folder)))
    return entries.get(path.normalize(file))
  }
}

const MODULES = path.join(path.sep, 'node_modules', path.sep)

/** The innermost package of the path. */
function folderOf(file: string): { readonly name: string; readonly folder: string } | undefined {
  const at = file.lastIndexOf(MODULES)
  if (at === -1) return undefined
  const start = at + MODULES.length
  const words = file.slice(start).split(path.sep)
  const name = words.slice(0, words[0]?.startsWith('@') ? 2 : 1).join('/')
  return { name, folder: file.slice(0, start + name.length) }
}

function entriesOf(name: string, folder: string): ReadonlyMap<string, SdkEntry> {
  const manifest = readManifest(path.join(folder, 'package.json'))
  const entries = new Map<string, SdkEntry>()
  for (const entry of entryNames(name))
    for (const target of targetsOf(manifest, entry))
      // Where two entries share a file, the first one is what integrations begin with.
      for (const file of [target, `${target}.js`, path.join(target, 'index.js')].map((each) => path.join(folder, each)))
        if (!entries.has(file)) entries.set(file, { package: name, entry })
  return entries
}

function entryNames(name: string): readonly string[] {
  const targets = integrations
    .filter(({ packages }) => packages.includes(name))
    .flatMap(({ load }) => load().targets.filter((target) => target.package === name))
  return [...new Set(targets.map(({ entry = '.' }) => entry))]
}

function readManifest(file: string): Readonly<Record<string, unknown>> {
  try {
    const manifest = parseJson(readFileSync(file, 'utf8'))
    return isObject(manifest) ? manifest : {}
  } catch {
    // The bundler says what is wrong with a package that it cannot read.
    return {}
  }
}

/** Every file that the entry may mean: a bundler has conditions of its own. */
function targetsOf(manifest: Readonly<Record<string, unknown>>, entry: string): readonly string[] {
  const { exports: map, main, module, browser } = manifest
  if (map === undefined || map === null) {
    if (entry !== '.') return [entry]
    return [main, module, browser, 'index.js'].filter((target) => typeof target === 'string')
  }
  if (!isObject(map) || !Object.keys(map).some((key) => key.startsWith('.'))) return entry === '.' ? leaves(map) : []
  if (map[entry] !== undefined) return leaves(map[entry])
  return Object.entries(map).flatMap(([key, target]) => {
    const [before = '', after] = key.split('*')
    if (after === undefined || !entry.startsWith(before) || !entry.endsWith(after)) return []
    const filling = entry.slice(before.length, entry.length - after.length)
    return leaves(target).map((file) => file.replaceAll('*', () => filling))
  })
}

function leaves(target: unknown): readonly string[] {
  if (typeof target === 'string') return [target]
  if (Array.isArray(target)) return target.flatMap(leaves)
  return isObject(target) ? Object.values(target).flatMap(leaves) : []
}
