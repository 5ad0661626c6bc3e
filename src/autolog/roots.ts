/** Finds every installed copy of the packages that the integrations serve. */
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { isObject } from '../kernel/json.js'
import { pnpPackages } from './pnp.js'
import type { Package, Resolver } from './resolve.js'
import { loadedModules, ownFile } from './runtime.js'

export interface Copy {
  /** The name that programs import; `package.name` differs when a fork is installed under it. */
  readonly name: string
  readonly package: Package
  /** Whether the app's own `package.json` asks for it. */
  readonly declared: boolean
}

export interface CopySearch {
  readonly names: ReadonlySet<string>
  readonly resolver: Resolver
  /** File that called `autolog()`. */
  readonly callerFile: string | undefined
}

const APP_FIELDS = ['dependencies', 'optionalDependencies', 'peerDependencies', 'devDependencies'] as const
const INSTALLED_FIELDS = ['dependencies', 'optionalDependencies', 'peerDependencies'] as const

/**
 * The file of the first caller that is not this package: where the program called `autolog()`.
 * `undefined` when the stack names no file.
 */
export function findCallerFile(): string | undefined {
  const own = ownFile()
  const ownDirectory = own === undefined ? undefined : path.dirname(own)
  const { prepareStackTrace, stackTraceLimit } = Error
  try {
    Error.stackTraceLimit = 30
    // transpilers install their own formatter, which would hand out text
    Error.prepareStackTrace = (_error, sites) => sites
    const sites = new Error().stack as unknown
    for (const site of Array.isArray(sites) ? (sites as NodeJS.CallSite[]) : []) {
      const name = site.getFileName()
      if (!name || (!name.startsWith('file:') && !path.isAbsolute(name))) continue
      const file = name.startsWith('file:') ? fileURLToPath(name) : name
      if (path.dirname(file) !== ownDirectory) return file
    }
  } catch {
    // a runtime without V8's stack interface: the other base directories remain
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
    // `node -e`, a REPL, or a virtual entry of a bundler
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

/** Keys of npm's hidden lockfile that end in a wanted name: copies at any depth, from one read. */
function lockedFolders(text: string, name: string): string[] {
  const folders: string[] = []
  const tail = `node_modules/${name}": {`
  for (let at = text.indexOf(tail); at !== -1; at = text.indexOf(tail, at + 1)) {
    const start = text.lastIndexOf('"', at) + 1
    folders.push(text.slice(start, at + tail.length - '": {'.length))
  }
  return folders
}

function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    // another package manager, or none
    return ''
  }
}

function listDirectory(directory: string): string[] {
  try {
    return fs.readdirSync(directory)
  } catch {
    // not a pnpm layout
    return []
  }
}

export function findCopies({ names, resolver, callerFile }: CopySearch): Copy[] {
  const copies = new Map<string, Copy>()
  const scannedApps = new Set<string>()

  function add(name: string, found: Package | undefined, declared: boolean): void {
    if (found && !copies.get(found.root)?.declared) copies.set(found.root, { name, package: found, declared })
  }

  /** The app's dependencies, and the wanted ones among the dependencies of these. */
  function scanApp(app: Package): void {
    if (scannedApps.has(app.root)) return
    scannedApps.add(app.root)
    for (const [folder, range] of dependenciesOf(app, APP_FIELDS)) {
      const found = resolver.findPackage(folder, app.root)
      if (!found) continue
      const name = [aliased(folder, range), folder, found.name].find((candidate) => names.has(candidate))
      if (name !== undefined) add(name, found, true)
      // a linked workspace package is the app's own code, so its dependencies count like the app's
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

  function scanInstalled(modules: string): void {
    const lock = readText(path.join(modules, '.package-lock.json'))
    const store = path.join(modules, '.pnpm')
    const stored = listDirectory(store)
    for (const name of names) {
      for (const folder of lockedFolders(lock, name))
        add(name, resolver.readPackage(path.resolve(modules, '..', folder)), false)
      const prefix = `${name.replace('/', '+')}@`
      for (const folder of stored.filter((entry) => entry.startsWith(prefix))) {
        add(name, resolver.readPackage(path.join(store, folder, 'node_modules', name)), false)
      }
    }
  }

  function scanLoaded(): void {
    const folders = [...names].map((name) => [name, path.join(path.sep, 'node_modules', name, path.sep)] as const)
    for (const file of Object.keys(loadedModules())) {
      for (const [name, folder] of folders) {
        const at = file.lastIndexOf(folder)
        if (at !== -1) add(name, resolver.readPackage(file.slice(0, at + folder.length - 1)), false)
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
  for (const directory of bases) {
    for (const name of names) add(name, resolver.findPackage(name, directory as string), false)
  }
  for (const modules of new Set([...bases].flatMap((directory) => upwards(directory as string)))) {
    scanInstalled(path.join(modules, 'node_modules'))
  }
  for (const { name, directory, declared } of pnpPackages(names, bases as Set<string>))
    add(name, resolver.readPackage(directory), declared)
  scanLoaded()
  return [...copies.values()]
}
