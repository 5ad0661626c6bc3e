/** Modules that are given to the engine: by the option `modules`, or by the plugin of a bundler. */
import path from 'node:path'
import { types } from 'node:util'
import { guard } from '../../kernel/guard.js'
import type { BundledModule } from './bundled.js'
import type { IntegrationEntry } from '../contract.js'
import type { LoadedExports } from '../patch/instrument.js'
import { findingOf, type EntryTarget, type PackageEntries } from './package-entries.js'
import { warn, type Finding } from '../report.js'
import { recognises } from './shapes.js'

type Instrument = (target: EntryTarget, finding: Finding, loaded: LoadedExports) => void

export class GivenModules {
  private readonly integrations: readonly IntegrationEntry[]
  private readonly entries: PackageEntries
  private readonly instrument: Instrument
  /** One for all copies of a module: a program that reloads itself gives many. */
  private readonly found = new Map<EntryTarget, Finding>()

  constructor(integrations: readonly IntegrationEntry[], entries: PackageEntries, instrument: Instrument) {
    this.integrations = integrations
    this.entries = entries
    this.instrument = instrument
  }

  findings(): readonly Finding[] {
    return [...this.found.values()]
  }

  /** @param modules - The user's option. Key: name of a package, one with a subpath, id of an integration, or name of a class. */
  add(modules: Readonly<Record<string, unknown>>): void {
    for (const [key, value] of Object.entries(modules)) guard('modules', () => this.addOne(key, value))
  }

  /** A module that a bundler has put into the program. */
  addBundled({ package: name, entry, exports, format }: BundledModule): void {
    for (const each of this.entries.targetsOf(name)) {
      if ((each.target.entry ?? '.') !== entry) continue
      const finding = this.findingFor(each)
      this.instrument(each, finding, { exported: exports, format })
      if (finding.status === 'patched') finding.details = [...finding.details, 'bundled']
    }
  }

  private addOne(key: string, value: unknown): void {
    const named = this.targetsNamed(key)
    const targets = named.length > 0 ? named : this.targetsByShape(key, value)
    if (targets.length === 0) warn(`modules.${key}: no integration has this id or serves a package of this name`)
    for (const target of targets) {
      const finding = this.findingFor(target)
      const format = types.isModuleNamespaceObject(value) ? 'esm' : 'cjs'
      this.instrument(target, finding, { exported: value, format, isGiven: true })
      if (finding.status === 'patched') finding.details = ['passed in modules', ...finding.details]
    }
  }

  private targetsNamed(key: string): EntryTarget[] {
    return this.integrations
      .filter(({ id, packages }) => id === key || packages.some((name) => name === key || key.startsWith(`${name}/`)))
      .flatMap((entry) => this.entries.targetsIn(entry))
      .filter(({ integration, target }) => {
        const entry = path.posix.join(target.package, target.entry ?? '.')
        return integration.id === key || target.package === key || entry === key
      })
  }

  /** Those that have a class of this name, if `value` has its members. */
  private targetsByShape(className: string, value: unknown): EntryTarget[] {
    return this.integrations
      .flatMap((entry) => this.entries.targetsIn(entry))
      .filter(({ target }) => recognises(target.shapes?.[className], value))
  }

  private findingFor(target: EntryTarget): Finding {
    const known = this.found.get(target)
    if (known) return known
    const finding = findingOf(target)
    this.found.set(target, finding)
    return finding
  }
}
