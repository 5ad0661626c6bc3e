/** Finds the loaded copies of packages, patches them, watches for more, and undoes all of it. */
import { types } from 'node:util'
import { pathToFileURL } from 'node:url'
import { guard } from '../../kernel/guard.js'
import type { IntegrationEntry, ReportEntry } from '../contract.js'
import { GivenModules } from './given-modules.js'
import { PackageEntries, isWaiting, type PackageEntry, type EntryTarget } from './package-entries.js'
import { Instrumenter, type InstrumenterOptions, type LoadedExports } from '../patch/instrument.js'
import { watchLoads, type LoadWatch } from './load-watch.js'
import { assignableExports, bindingsOf } from '../patch/live-exports.js'
import { poll } from './poll.js'
import { loadCJS, loadESM, peekCJS, peekESM, type Peeked } from './peek.js'
import { receiveBundled } from './bundled.js'
import { reportedFinding, showsLoad } from '../reported-finding.js'
import { buildReport, createWarner, warn, type Finding } from '../report.js'
import { isPreloaded } from './preload.js'
import { createResolver } from './resolve.js'
import { hasOwnRegistry } from '../runtime.js'
import { findCopies } from './roots.js'

export interface InstrumentModulesOptions {
  readonly integrations: readonly IntegrationEntry[]
  /** The user's `integrations`: `false` turns one off, an object has its options. */
  readonly options?: InstrumenterOptions['options']
  /** The user's `modules`: key = package name, package name with subpath, or integration id. */
  readonly modules?: Readonly<Record<string, unknown>> | undefined
  /** Whether to load what the app's package.json declares, if a later ESM `import()` cannot be seen. */
  readonly eager?: boolean | undefined
  /** From `findCallerFile()`. */
  readonly callerFile?: string | undefined
  readonly call: InstrumenterOptions['call']
  /** Called with every module that is requested. Must not throw. */
  readonly requested?: ((specifier: string) => void) | undefined
}

export interface ModuleInstrumentation {
  /** The state now; packages that load later move from `pending` to `patched`. */
  report(): ReportEntry[]
  /** Looks for modules that have loaded unseen. @returns Whether one was patched. */
  findUnseen(): boolean
  /** Patches modules of the option `modules` of a later `autolog()`. */
  addModules(modules: Readonly<Record<string, unknown>>): void
  /** Resolves when all modules that were still loading have been tried. */
  settled(): Promise<void>
  off(): void
}

export function instrumentModules(options: InstrumentModulesOptions): ModuleInstrumentation {
  return new Modules(options)
}

class Modules implements ModuleInstrumentation {
  private readonly integrations: readonly IntegrationEntry[]
  private readonly entries: PackageEntries
  private readonly instrumenter: Instrumenter
  private readonly watch: LoadWatch
  private readonly given: GivenModules
  /** For modules that were still loading. */
  private readonly retries = new Set<Promise<void>>()
  /** Entries that may have been used before they were found, and packages for which that was reported. */
  private readonly foundLate = new Set<PackageEntry>()
  private readonly warnedLate = new Set<string>()
  private readonly warnAbout = createWarner()
  private warningDue = false
  private active = true
  private readonly requested: (specifier: string) => void
  private readonly endPolling: (() => void) | undefined
  private readonly endBundled: () => void

  constructor({ integrations, options, modules, eager, callerFile, call, requested }: InstrumentModulesOptions) {
    this.integrations = integrations.filter(({ id }) => options?.[id] !== false)
    this.requested = requested ?? (() => undefined)
    this.entries = new PackageEntries(this.integrations)
    this.instrumenter = new Instrumenter({ options, call })
    this.given = new GivenModules(this.integrations, this.entries, (...module) => this.instrument(...module))
    for (const { id, always } of this.integrations) if (always) this.instrumenter.hook(id, always)
    const resolver = createResolver()
    const { names, declaredNames } = this.entries
    for (const copy of guard('find', () => findCopies({ names, declaredNames, resolver, callerFile })) ?? [])
      guard('find', () => this.entries.add(copy, resolver))
    for (const entry of this.entries.all()) guard('peek', () => this.look(entry))
    this.given.add(modules ?? {})
    this.endBundled = receiveBundled((module) => this.given.addBundled(module))
    this.watch = guard('late', () => this.watchLoads()) ?? { seesESM: false, seesCJS: false, off: () => {} }
    if (eager ?? (!this.watch.seesESM && isPreloaded())) guard('eager', () => this.loadDeclared())
    // Under a test runner, modules that the program requires right away are there by then.
    if (hasOwnRegistry()) queueMicrotask(() => this.active && this.lookForUnseen(false))
    this.endPolling = this.unseen().length > 0 ? poll(() => this.lookForUnseen()) : undefined
  }

  report(): ReportEntry[] {
    if (this.active) this.lookForUnseen()
    const all = this.reported()
    const loaded = new Set(all.filter((entry) => !isWaiting(entry)).map(({ copy }) => copy))
    const shown = all.filter((entry) => !entry.target.unsupported || !isWaiting(entry) || !loaded.has(entry.copy))
    return buildReport([...shown.map((entry) => reportedFinding(entry, this.watch)), ...this.given.findings()])
  }

  private reported(): PackageEntry[] {
    return this.entries.all().filter(({ integration }) => integration.isInternal !== true)
  }

  findUnseen(): boolean {
    const before = this.unseen()
    if (this.active) this.lookForUnseen()
    return before.some(({ finding }) => finding.status === 'patched')
  }

  addModules(modules: Readonly<Record<string, unknown>>): void {
    this.given.add(modules)
  }

  async settled(): Promise<void> {
    while (this.retries.size > 0) await Promise.all(this.retries)
  }

  off(): void {
    this.active = false
    this.endPolling?.()
    this.endBundled()
    guard('late', () => this.watch.off())
    this.instrumenter.off()
  }

  private watchLoads(): LoadWatch {
    const { entries } = this
    return watchLoads({
      requested: this.requested,
      mayConcern: (text) => entries.mayConcern(text),
      wants: (file, format) => entries.wants(file, format),
      exportsOf: (file) => entries.at(file).flatMap(({ target }) => target.exports ?? []),
      expected: () =>
        entries
          .all()
          .filter((entry) => entry.format !== 'esm' && isWaiting(entry))
          .map(({ file }) => file),
      loaded: (file, exported, format) => {
        for (const entry of entries.at(file)) this.apply(entry, exported, format)
      },
    })
  }

  /** Patches the module, if it is loaded. */
  private look(entry: PackageEntry): void {
    if (entry.format !== 'esm') this.applyPeeked(entry, peekCJS(entry.file), 'cjs')
    if (entry.format !== 'cjs' && isWaiting(entry)) this.applyPeeked(entry, peekESM(entry.file), 'esm')
  }

  private applyPeeked(entry: PackageEntry, peeked: Peeked, format: 'esm' | 'cjs'): void {
    if (peeked.state === 'loaded') this.apply(entry, peeked.exports, format)
    if (peeked.state !== 'busy' || !isWaiting(entry)) return
    entry.finding.details = [`still loading (${peeked.code ?? 'no code'}); patched as soon as it is ready`]
    const retry = import(pathToFileURL(entry.file).href).then(
      (namespace: unknown) => this.apply(entry, namespace, 'esm'),
      (error: unknown) => {
        // The module fails to load. The program's own import reports that.
        entry.finding.status = 'failed'
        entry.finding.details = [`it failed to load: ${types.isNativeError(error) ? error.name : typeof error}`]
      },
    )
    this.retries.add(retry)
    void retry.finally(() => this.retries.delete(retry))
  }

  private apply(entry: PackageEntry, exported: unknown, format: 'esm' | 'cjs'): void {
    if (!this.active || !isWaiting(entry)) return
    entry.finding.format = format
    const { exports: names } = entry.target
    this.instrument(entry, entry.finding, {
      exported: names && format === 'cjs' ? assignableExports(entry.file, exported, names) : exported,
      format,
      bindings: format === 'esm' ? bindingsOf(entry.file) : undefined,
    })
    const { name } = entry.copy
    if (this.foundLate.has(entry) && entry.finding.status === 'patched' && !this.warnedLate.has(name)) {
      this.warnedLate.add(name)
      warn(
        `${name} was loaded after autolog(), which cannot be seen in this runtime: of calls before this line, only what ` +
          'passes on the wire is traced; call autolog() after the import, or set eager',
      )
    }
  }

  private instrument(target: EntryTarget, finding: Finding, loaded: LoadedExports): void {
    this.instrumenter.instrument(target, finding, loaded)
    if (finding.status !== 'patched') this.warnSoon()
  }

  /** Warns after the entries that load together with this one, because one of them may have the method that this one lacks. */
  private warnSoon(): void {
    if (this.warningDue) return
    this.warningDue = true
    queueMicrotask(() => {
      this.warningDue = false
      const findings = [...this.reported().map(({ finding }) => finding), ...this.given.findings()]
      if (this.active) guard('report', () => this.warnAbout(buildReport(findings)))
    })
  }

  /** Loads the packages of the app whose later load would not be seen. */
  private loadDeclared(): void {
    const all = this.entries.all()
    const isLoaded = new Set(all.filter((entry) => !isWaiting(entry)).map(({ copy }) => copy.package.root))
    for (const entry of all) {
      const { root } = entry.copy.package
      if (
        !entry.copy.declared ||
        entry.target.unsupported !== undefined ||
        !isWaiting(entry) ||
        showsLoad(this.watch, entry) ||
        isLoaded.has(root)
      )
        continue
      // One format of a package with two is enough: the ES module, which comes first.
      isLoaded.add(root)
      if (entry.format === 'esm') this.applyPeeked(entry, loadESM(entry.file), 'esm')
      else this.applyPeeked(entry, loadCJS(entry.file), 'cjs')
    }
    // What was loaded together with them.
    for (const entry of this.unseen()) guard('peek', () => this.look(entry))
  }

  /** Entries whose load cannot be seen and has not been found. What was still loading has a retry already. */
  private unseen(): PackageEntry[] {
    return this.entries
      .all()
      .filter((entry) => isWaiting(entry) && !showsLoad(this.watch, entry) && entry.finding.details.length === 0)
  }

  /**
   * Finds modules that have loaded unseen.
   *
   * @param isLate - Whether the program may have used them by now.
   * @returns Whether any are left to find.
   */
  private lookForUnseen(isLate = true): boolean {
    for (const entry of this.unseen()) {
      if (isLate) this.foundLate.add(entry)
      guard('peek', () => this.look(entry))
    }
    return this.active && this.unseen().length > 0
  }
}
