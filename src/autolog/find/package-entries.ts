/** The entry files of all copies of the packages that integrations serve. */
import path from 'node:path'
import type { Integration, IntegrationEntry, ModuleTarget } from '../contract.js'
import type { Finding } from '../report.js'
import { createResolver, type FileFormat, type Resolver } from './resolve.js'
import type { Copy } from './roots.js'

/** What one integration does with one entry of a package. */
export interface EntryTarget {
  readonly integration: Integration
  readonly target: ModuleTarget
}

/** One entry file of one copy, and what is known of it. */
export interface PackageEntry extends EntryTarget {
  readonly copy: Copy
  readonly file: string
  readonly format: FileFormat
  readonly finding: Finding
}

/** @param copy - Absent for a given module. */
export function findingOf({ integration, target }: EntryTarget, copy?: Copy): Finding {
  return {
    integration: integration.id,
    package: target.package,
    root: copy?.package.root,
    version: copy?.package.version,
    tested: target.tested,
    format: undefined,
    status: 'pending',
    details: [],
  }
}

/** Whether its module has not been seen yet. */
export function isWaiting({ finding }: PackageEntry): boolean {
  return finding.format === undefined
}

export class PackageEntries {
  readonly names: ReadonlySet<string>
  /** Names of packages that count only if the application's package.json has them. */
  readonly declaredNames: ReadonlySet<string>
  private readonly byPackage = new Map<string, IntegrationEntry[]>()
  private readonly targets = new Map<IntegrationEntry, readonly EntryTarget[]>()
  private readonly byFile = new Map<string, PackageEntry[]>()
  private readonly roots = new Set<string>()
  /** Every path or request that may concern an entry contains one of these. */
  private readonly needles: Set<string>
  /** Files of other packages. */
  private readonly ignored = new Set<string>()
  /** For packages that are installed while the program runs. */
  private laterResolver: Resolver | undefined

  constructor(integrations: readonly IntegrationEntry[]) {
    for (const entry of integrations)
      for (const name of entry.packages) {
        const serving = this.byPackage.get(name)
        if (serving) serving.push(entry)
        else this.byPackage.set(name, [entry])
      }
    const namesOf = (onlyDeclared: boolean): string[] =>
      integrations.flatMap((entry) => ((entry.onlyDeclared === true) === onlyDeclared ? entry.packages : []))
    this.names = new Set(namesOf(false))
    this.declaredNames = new Set(namesOf(true))
    this.needles = new Set([...this.names].map((name) => name.split('/')[0] ?? name))
  }

  /** The targets in the package, of all integrations that serve it. Loads these integrations. */
  targetsOf(name: string): EntryTarget[] {
    const serving = this.byPackage.get(name) ?? []
    return serving.flatMap((entry) => this.targetsIn(entry).filter(({ target }) => target.package === name))
  }

  /** All targets of an integration. Loads it. */
  targetsIn(entry: IntegrationEntry): readonly EntryTarget[] {
    let known = this.targets.get(entry)
    if (!known) {
      const integration = entry.load()
      known = integration.targets.map((target) => ({ integration, target }))
      this.targets.set(entry, known)
    }
    return known
  }

  all(): PackageEntry[] {
    return [...this.byFile.values()].flat()
  }

  at(file: string): readonly PackageEntry[] {
    return this.byFile.get(file) ?? []
  }

  add(copy: Copy, resolver: Resolver): void {
    const { name, package: found } = copy
    this.roots.add(found.root)
    if (!this.mayConcern(found.root)) this.needles.add(path.basename(found.root))
    for (const each of this.targetsOf(name)) {
      for (const kind of ['import', 'require'] as const) {
        const resolved = resolver.entry(found, each.target.entry ?? '.', kind)
        if (!resolved) continue
        const sharing = this.at(resolved.file)
        if (sharing.some(({ target }) => target === each.target)) continue
        const entry: PackageEntry = { ...each, copy, ...resolved, finding: findingOf(each, copy) }
        this.byFile.set(resolved.file, [...sharing, entry])
      }
    }
  }

  /** Called with every request and URL of the program. */
  mayConcern(text: string): boolean {
    for (const needle of this.needles) if (text.includes(needle)) return true
    return false
  }

  /** Whether the file is an entry that was not seen yet and may load in this format. */
  wants(file: string, format: 'esm' | 'cjs'): boolean {
    if (!this.byFile.has(file) && !this.ignored.has(file)) {
      this.discover(file)
      if (!this.byFile.has(file)) this.ignored.add(file)
    }
    return this.at(file).some((entry) => isWaiting(entry) && (entry.format === format || entry.format === 'either'))
  }

  /** Adds the copy that a file belongs to, if it was not found before: a nested copy, or one installed since. */
  private discover(file: string): void {
    this.laterResolver ??= createResolver()
    const owner = this.laterResolver.owner(path.dirname(file), (found) => found.name !== '')
    if (!owner || !this.names.has(owner.name) || this.roots.has(owner.root)) return
    this.add({ name: owner.name, package: owner, declared: false }, this.laterResolver)
  }
}
