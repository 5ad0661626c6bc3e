/** Finds every installed copy of the packages that the integrations serve. */
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { isObject } from '../../kernel/json.js'
import { pnpPackages } from './pnp.js'
import { inFolder, type Package, type Resolver } from './resolve.js'
import { loadedModules, ownFile } from '../runtime.js'

export interface Copy {
  /** The name that programs import. `package.name` differs if a fork is installed under this name. */
  readonly name: string
  readonly package: Package
  /** Whether the app's own `package.json` names it. */
  readonly declared: boolean
}

export interface CopySearch {
  readonly names: ReadonlySet<string>
  /** Names that count only if the app's own `package.json` has them. */
  readonly declaredNames?: ReadonlySet<string>
  readonly resolver: Resolver
  /** File that called `autolog()`. */
  readonly callerFile: string | undefined
}

const APP_FIELDS = ['dependencies', 'optionalDependencies', 'peerDependencies', 'devDependencies'] as const
const INSTALLED_FIELDS = ['dependencies', 'optionalDependencies', 'peerDependencies'] as const

/**
 * The file in which the program called `autolog()`: that of the first caller outside of this package. `undefined` when the
 * stack has no file.
 */
export function findCallerFile(): string | undefined {
  const own = ownFile()
  const ownDirectory = own === undefined ? undefined : path.dirname(own)
  const { prepareStackTrace, stackTraceLimit } = Error
  try {
    Error.stackTraceLimit = 30
    // Transpilers install a formatter of their own, which would return text.
    Error.prepareStackTrace = (_error, sites) => sites
    const sites = new Error().stack as unknown
    for (const site of Array.isArray(sites) ? (sites as NodeJS.CallSite[]) : []) {
      const name = site.getFileName()
      if (!name || (!name.startsWith('file:') && !path.isAbsolute(name))) continue
      const file = name.startsWith('file:') ? fileURLToPath(name) : name
      if (path.dirname(file) !== ownDirectory) return file
    }
  } catch {
    // A runtime without V8's stack interface. The other base directories remain.
  } finally {
    Error.prepareStackTrace = prepareStackTrace
    Error.stackTraceLimit = stackTraceLimit
  }
  return undefined
}

function mainDirectory(): string | undefined {
  const main = process.argv[1]
  if (main === undefined || main === '') return undefined
  try {
    return path.dirname(fs.realpathSync(main))
  } catch {
    // `node -e`, a REPL, or a virtual entry of a bundler.
    return undefined
  }
}

function upwards(directory: string): string[] {
  const parent = path.dirname(directory)
  return parent === directory ? [directory] : [directory, ...upwards(parent)]
}

function dependenciesOf(found: Package, fields: readonly string[]): [folder: string, range: string][] {
  return fields.flatMap((field) => {
    const section = found.manifest[field]
    return isObject(section)
      ? Object.entries(section).map(([folder, range]): [string, string] => [folder, String(range)])
      : []
  })
}

/** `"gpt": "npm:openai@^6"` installs `openai` in a folder of another name. */
function aliased(folder: string, range: string): string {
  return /^npm:((?:@[^/]+\/)?[^@]+)/.exec(range)?.[1] ?? folder
}

/** Keys of npm's hidden lockfile, at any depth: `node_modules/openai": {`. */
const LOCKED = /node_modules\/((?:@[^"/]+\/)?[^"/]+)": \{/g

/** Folders with a wanted name, at any depth, in npm's hidden lockfile. */
function lockedFolders(text: string, names: ReadonlySet<string>): [name: string, folder: string][] {
  const folders: [string, string][] = []
  for (const match of text.matchAll(LOCKED)) {
    const [{ length }, name = ''] = match
    if (!names.has(name)) continue
    const start = text.lastIndexOf('"', match.index) + 1
    folders.push([name, text.slice(start, match.index + length - '": {'.length)])
  }
  return folders
}

/** Folders with a wanted name in pnpm's store: `@anthropic-ai+sdk@1.0.0_zod@4.0.0` is a copy of `@anthropic-ai/sdk`. */
function storedFolders(store: string, names: ReadonlySet<string>): [name: string, folder: string][] {
  return listDirectory(store).flatMap((entry): [string, string][] => {
    const name = entry.slice(0, Math.max(entry.indexOf('@', 1), 0)).replace('+', '/')
    return names.has(name) ? [[name, path.join(store, entry, 'node_modules', name)]] : []
  })
}

/** What is in a `node_modules`, without scopes that have no wanted name. */
interface Installed {
  readonly folder: string
  readonly names: ReadonlySet<string>
}

function installedIn(folder: string, scopes: ReadonlySet<string>): Installed {
  const names = new Set(listDirectory(folder))
  for (const scope of scopes)
    if (names.has(scope)) for (const name of listDirectory(inFolder(folder, scope))) names.add(`${scope}/${name}`)
  return { folder, names }
}

/** For each `node_modules/<wanted name>` in the path: the name, and the path up to there. */
function wantedFolders(file: string, names: ReadonlySet<string>): [name: string, folder: string][] {
  const folders: [string, string][] = []
  for (let at = file.lastIndexOf(MODULES); at !== -1; at = at === 0 ? -1 : file.lastIndexOf(MODULES, at - 1)) {
    const start = at + MODULES.length
    const scopeEnd = file.startsWith('@', start) ? file.indexOf(path.sep, start) + 1 : start
    const end = file.indexOf(path.sep, scopeEnd)
    const name = file.slice(start, Math.max(end, 0)).replace(path.sep, '/')
    if (names.has(name)) folders.push([name, file.slice(0, end)])
  }
  return folders
}

const MODULES = path.join(path.sep, 'node_modules', path.sep)

/** npm's hidden lockfile and pnpm's store, in a `node_modules`. */
const LOCK = '.package-lock.json'
const STORE = '.pnpm'

function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    // Another package manager, or none.
    return ''
  }
}

function listDirectory(directory: string): string[] {
  if (!fs.existsSync(directory)) return []
  try {
    return fs.readdirSync(directory)
  } catch {
    // A file, or a folder that may not be read.
    return []
  }
}

export function findCopies({ names, declaredNames, resolver, callerFile }: CopySearch): Copy[] {
  const copies = new Map<string, Copy>()
  const scannedApps = new Set<string>()

  const isWanted = (name: string): boolean => names.has(name) || declaredNames?.has(name) === true

  function add(name: string, found: Package | undefined, declared: boolean): void {
    if (found && !copies.get(found.root)?.declared) copies.set(found.root, { name, package: found, declared })
  }

  /** The app's dependencies, and the wanted ones among their dependencies. */
  function scanApp(app: Package): void {
    if (scannedApps.has(app.root)) return
    scannedApps.add(app.root)
    for (const [folder, range] of dependenciesOf(app, APP_FIELDS)) {
      const found = resolver.findPackage(folder, app.root)
      if (!found) continue
      const name = [aliased(folder, range), folder, found.name].find(isWanted)
      if (name !== undefined) add(name, found, true)
      // A linked workspace package is the app's own code, so its dependencies count like the app's.
      else if (!found.root.split(path.sep).includes('node_modules')) scanApp(found)
      else scanDependency(found)
    }
  }

  function scanDependency(dependency: Package): void {
    for (const [folder, range] of dependenciesOf(dependency, INSTALLED_FIELDS)) {
      const name = aliased(folder, range)
      if (names.has(name)) add(name, resolver.findPackage(folder, dependency.root), false)
    }
  }

  function scanInstalled({ folder: modules, names: found }: Installed): void {
    if (found.has(LOCK))
      for (const [name, folder] of lockedFolders(readText(inFolder(modules, LOCK)), names))
        add(name, resolver.readPackage(path.resolve(modules, '..', folder)), false)
    if (found.has(STORE))
      for (const [name, folder] of storedFolders(inFolder(modules, STORE), names))
        add(name, resolver.readPackage(folder), false)
  }

  function scanLoaded(): void {
    const folders = new Map<string, string>()
    for (const file of Object.keys(loadedModules()))
      for (const [name, folder] of wantedFolders(file, names)) folders.set(folder, name)
    for (const [folder, name] of folders) add(name, resolver.readPackage(folder), false)
  }

  const scopes = new Set([...names].flatMap((name) => (name.startsWith('@') ? [name.slice(0, name.indexOf('/'))] : [])))
  const listed = new Map<string, Installed>()

  /** Of each folder, read once. */
  function installedAt(directory: string): Installed {
    const known = listed.get(directory)
    if (known) return known
    const found = installedIn(inFolder(directory, 'node_modules'), scopes)
    listed.set(directory, found)
    return found
  }

  /** The copies that a program in this folder would import. */
  function scanReach(directory: string): void {
    const missing = new Set(names)
    for (const at of upwards(directory)) {
      const { folder, names: present } = installedAt(at)
      for (const name of missing) {
        if (!present.has(name)) continue
        const found = resolver.readPackage(inFolder(folder, name))
        if (found && missing.delete(name)) add(name, found, false)
      }
    }
  }

  const own = ownFile()
  const appDirectories = [callerFile && path.dirname(callerFile), mainDirectory(), process.cwd()]
  const bases = new Set(
    [...appDirectories, own && path.dirname(own)].filter((directory) => directory !== undefined && directory !== ''),
  )
  const isApp = (found: Package): boolean => APP_FIELDS.some((field) => isObject(found.manifest[field]))
  for (const directory of new Set(appDirectories)) {
    const app = directory ? resolver.owner(directory, isApp) : undefined
    if (app) scanApp(app)
  }
  for (const directory of bases) scanReach(directory as string)
  // All folders upwards from the bases are listed by now.
  for (const installed of listed.values()) scanInstalled(installed)
  for (const { name, directory, declared } of pnpPackages(isWanted, bases as Set<string>))
    if (declared || names.has(name)) add(name, resolver.readPackage(directory), declared)
  scanLoaded()
  return [...copies.values()]
}
