/** The module half of `autolog()`: finds loaded copies, patches them, watches for more, takes it all back. */
import path from 'node:path'
import { types } from 'node:util'
import { pathToFileURL } from 'node:url'
import { isObject } from '../kernel/json.js'
import { guard } from '../telemetry/settings.js'
import type { Declared, Integration, ModuleExports, ModuleTarget, Replace, ReportEntry } from './contract.js'
import { watchLoads, type LoadWatch } from './late.js'
import { lookAgain } from './look-again.js'
import { createPatcher, type PatchSession } from './patch.js'
import { loadCJS, loadESM, peekCJS, peekESM, type Peeked } from './peek.js'
import type { Unread } from './reader.js'
import { buildReport, createWarner, warn, type Finding } from './report.js'
import { createResolver, type FileFormat, type Resolver } from './resolve.js'
import { findCopies, type Copy } from './roots.js'

export interface InstrumentModulesOptions {
  readonly integrations: readonly Integration[]
  /** The user's `integrations`: `false` turns one off, an object is handed to it. */
  readonly options?: Readonly<Record<string, boolean | Readonly<Record<string, unknown>>>> | undefined
  /** The user's `modules`: key = package name, package name with subpath, or integration id. */
  readonly modules?: Readonly<Record<string, unknown>> | undefined
  /** Load what the app's package.json declares and is not loaded, where a later ESM `import()` is not seen. */
  readonly eager?: boolean | undefined
  /** From `findCallerFile()`. */
  readonly callerFile?: string | undefined
  readonly call: (declared: Declared, tell?: (what: Unread) => void) => Replace
}

export interface ModuleInstrumentation {
  /** The state now; packages that load later move from `pending` to `patched`. */
  report(): ReportEntry[]
  /** Resolves when every module that was out of reach of a synchronous look has been tried. */
  settled(): Promise<void>
  off(): void
}

interface Unit {
  readonly integration: Integration
  readonly target: ModuleTarget
  readonly copy: Copy
  readonly file: string
  readonly format: FileFormat
  readonly finding: Finding
}

type EnabledTarget = Pick<Unit, 'integration' | 'target'>

/**
 * Module exports as an integration reads them. A function, which is what a CJS SDK exports and what users
 * hand in, becomes an object with `default` and its own name, through which its static fields still show.
 */
export function asModuleExports(value: unknown): ModuleExports | undefined {
  if (typeof value === 'function') {
    const { default: inner } = value as { default?: unknown }
    return Object.create(value, {
      default: { value: inner ?? value, enumerable: true },
      ...(value.name && !Object.hasOwn(value, value.name) && { [value.name]: { value, enumerable: true } }),
    }) as ModuleExports
  }
  return isObject(value) ? value : undefined
}

const bundled = (name: string): string =>
  `if a bundler has put it into the program, hand it in: autolog({ modules: { '${name}': … } })`

export function instrumentModules(options: InstrumentModulesOptions): ModuleInstrumentation {
  const enabled: EnabledTarget[] = options.integrations
    .filter(({ id }) => options.options?.[id] !== false)
    .flatMap((integration) => integration.targets.map((target) => ({ integration, target })))
  const names = new Set(enabled.map(({ target }) => target.package))
  const resolver = createResolver()
  const units = new Map<string, Unit[]>()
  const roots = new Set<string>()
  const needles = new Set([...names].map((name) => name.split('/')[0] ?? name))
  const sessions: PatchSession[] = []
  const findings: Finding[] = []
  const retries = new Set<Promise<void>>()
  const foundLate = new Set<Unit>()
  const saidLate = new Set<string>()
  const warnAbout = createWarner()
  let active = true
  let warningDue = false

  /** After the entries that load together with this one, so that one entry without a method is no false alarm. */
  function warnSoon(): void {
    if (warningDue) return
    warningDue = true
    queueMicrotask(() => {
      warningDue = false
      if (active) guard('report', () => warnAbout(buildReport(findings)))
    })
  }

  function instrument(
    { integration, target }: EnabledTarget,
    finding: Finding,
    exported: unknown,
    format: 'esm' | 'cjs',
  ): void {
    const given = options.options?.[integration.id]
    const session = createPatcher({
      integration: integration.id,
      format,
      options: isObject(given) ? given : {},
      call: options.call,
      unread: (method, what) => sayUnread(finding, method, what),
    })
    sessions.push(session)
    const module = asModuleExports(exported)
    try {
      if (module) target.instrument(module, session.patcher)
      finding.status = session.held > 0 ? 'patched' : 'unsupported'
      finding.details = session.held > 0 ? [] : unsupported(session, target)
    } catch (error) {
      // what was patched before the fault stays; the fault is said
      finding.status = 'failed'
      finding.details = [`its integration failed: ${types.isNativeError(error) ? error.message : typeof error}`]
    }
    if (finding.status !== 'patched') warnSoon()
  }

  /** Once for each method: in the report, and on stderr. */
  function sayUnread(finding: Finding, method: string, what: Unread): void {
    const detail = `${method} gave ${what === 'answer' ? 'an answer' : 'a stream'} that autolog cannot read`
    if (finding.details.includes(detail)) return
    finding.details = [...finding.details, detail]
    warn(`${finding.package}: ${detail}; its spans say so and have no usage`)
  }

  function unsupported(session: PatchSession, target: ModuleTarget): string[] {
    const why = session.misses.length > 0 ? session.misses.join(', ') : 'no known class in its exports'
    return [why, `tests run ${target.tested}`]
  }

  function apply(unit: Unit, exported: unknown, format: 'esm' | 'cjs'): void {
    if (!active || unit.finding.format !== undefined) return
    unit.finding.format = format
    instrument(unit, unit.finding, exported, format)
    const { name } = unit.copy
    if (foundLate.has(unit) && unit.finding.status === 'patched' && !saidLate.has(name)) {
      saidLate.add(name)
      warn(
        `${name} was loaded after autolog(), which this runtime does not show: calls before this line are ` +
          'not traced; call autolog() after the import, or set eager',
      )
    }
  }

  function applyPeeked(unit: Unit, peeked: Peeked, format: 'esm' | 'cjs'): void {
    if (peeked.state === 'loaded') apply(unit, peeked.exports, format)
    if (peeked.state !== 'busy' || unit.finding.format !== undefined) return
    unit.finding.details = [`still loading (${peeked.code ?? 'no code'}); patched as soon as it is ready`]
    const retry = import(pathToFileURL(unit.file).href).then(
      (namespace: unknown) => apply(unit, namespace, 'esm'),
      (error: unknown) => {
        // the module itself fails to load; the program's own import reports that
        unit.finding.status = 'failed'
        unit.finding.details = [`it failed to load: ${types.isNativeError(error) ? error.name : typeof error}`]
      },
    )
    retries.add(retry)
    void retry.finally(() => retries.delete(retry))
  }

  function look(unit: Unit): void {
    if (unit.format !== 'esm') applyPeeked(unit, peekCJS(unit.file), 'cjs')
    if (unit.format !== 'cjs' && unit.finding.format === undefined) applyPeeked(unit, peekESM(unit.file), 'esm')
  }

  function register(copy: Copy, use: Resolver): void {
    const { name, package: found } = copy
    roots.add(found.root)
    if (![...needles].some((needle) => found.root.includes(needle))) needles.add(path.basename(found.root))
    for (const entry of enabled.filter(({ target }) => target.package === name)) {
      for (const kind of ['import', 'require'] as const) {
        const resolved = use.entry(found, entry.target.entry ?? '.', kind)
        if (!resolved) continue
        const sharing = units.get(resolved.file) ?? []
        if (sharing.some((unit) => unit.target === entry.target)) continue
        const finding: Finding = {
          integration: entry.integration.id,
          package: name,
          root: found.root,
          version: found.version,
          tested: entry.target.tested,
          format: undefined,
          status: 'pending',
          details: [],
        }
        findings.push(finding)
        units.set(resolved.file, [...sharing, { ...entry, copy, ...resolved, finding }])
      }
    }
  }

  let lateResolver: Resolver | undefined

  /** A file that no copy found so far holds: a nested copy that nothing pointed at, or one installed since. */
  function discover(file: string): void {
    lateResolver ??= createResolver()
    const owner = lateResolver.owner(path.dirname(file), (found) => found.name !== '')
    if (!owner || !names.has(owner.name) || roots.has(owner.root)) return
    register({ name: owner.name, package: owner, declared: false }, lateResolver)
  }

  const allUnits = (): Unit[] => [...units.values()].flat()
  const isWaiting = (unit: Unit): boolean => unit.finding.format === undefined
  const ignored = new Set<string>()

  function wants(file: string, format: 'esm' | 'cjs'): boolean {
    if (!units.has(file) && !ignored.has(file)) {
      discover(file)
      if (!units.has(file)) ignored.add(file)
    }
    return (
      units.get(file)?.some((unit) => isWaiting(unit) && (unit.format === format || unit.format === 'either')) ?? false
    )
  }

  function handIn(key: string, value: unknown): void {
    const matching = enabled.filter(({ integration, target }) => {
      const entry = path.posix.join(target.package, target.entry ?? '.')
      return integration.id === key || target.package === key || entry === key
    })
    if (matching.length === 0) warn(`modules.${key}: no integration is called so, nor serves a package of that name`)
    for (const entry of matching) {
      const finding: Finding = {
        integration: entry.integration.id,
        package: entry.target.package,
        root: undefined,
        version: undefined,
        tested: entry.target.tested,
        format: undefined,
        status: 'pending',
        details: [],
      }
      findings.push(finding)
      instrument(entry, finding, value, types.isModuleNamespaceObject(value) ? 'esm' : 'cjs')
      if (finding.status === 'patched') finding.details = ['handed in']
    }
  }

  for (const copy of guard('find', () => findCopies({ names, resolver, callerFile: options.callerFile })) ?? []) {
    guard('find', () => register(copy, resolver))
  }
  for (const unit of allUnits()) guard('peek', () => look(unit))
  for (const [key, value] of Object.entries(options.modules ?? {})) guard('modules', () => handIn(key, value))
  const watch: LoadWatch = guard('late', () =>
    watchLoads({
      mayConcern: (text) => {
        for (const needle of needles) if (text.includes(needle)) return true
        return false
      },
      wants,
      expected: () =>
        allUnits()
          .filter((unit) => unit.format !== 'esm' && isWaiting(unit))
          .map((unit) => unit.file),
      loaded: (file, exported, format) => {
        for (const unit of units.get(file) ?? []) apply(unit, exported, format)
      },
    }),
  ) ?? { seesESM: false, seesCJS: false, off: () => {} }
  if (options.eager === true) guard('eager', loadDeclared)

  function isSeen(unit: Unit): boolean {
    return unit.format === 'cjs' ? watch.seesCJS : watch.seesESM
  }

  /** Where a later load is seen there is no need: the module is patched when the program asks for it. */
  function loadDeclared(): void {
    const isLoaded = new Set(
      allUnits()
        .filter((unit) => !isWaiting(unit))
        .map((unit) => unit.copy.package.root),
    )
    for (const unit of allUnits()) {
      const { root } = unit.copy.package
      if (!unit.copy.declared || !isWaiting(unit) || isSeen(unit) || isLoaded.has(root)) continue
      // one instance of a dual package is enough: the ES module, which comes first
      isLoaded.add(root)
      if (unit.format === 'esm') applyPeeked(unit, loadESM(unit.file), 'esm')
      else applyPeeked(unit, loadCJS(unit.file), 'cjs')
    }
  }

  const later = watch.seesCJS ? 'ESM import()' : 'load'

  /** Not in sight so far. What was loading when the engine started is on its way to its patch. */
  const isUnseen = (unit: Unit): boolean => isWaiting(unit) && !isSeen(unit) && unit.finding.details.length === 0

  /** Finds what has loaded unseen. Whether there is more to look for. */
  function lookForUnseen(): boolean {
    for (const unit of allUnits().filter(isUnseen)) {
      foundLate.add(unit)
      guard('peek', () => look(unit))
    }
    return active && allUnits().some(isUnseen)
  }
  const endLook = allUnits().some(isUnseen) ? lookAgain(lookForUnseen) : undefined

  function explainPending(finding: Finding): Finding {
    if (finding.status !== 'pending' || finding.details.length > 0) return finding
    const unit = allUnits().find((candidate) => candidate.finding === finding)
    const details = ['installed, not loaded yet', bundled(finding.package)]
    if (unit && isSeen(unit) && watch.seesESM) details.push('it is patched when it loads')
    // The entry for require() of such a copy adds nothing: the report has one line for both.
    if (!watch.seesESM) {
      details.push(`a later ${later} is only found a moment after it: call autolog() after the import, or set eager`)
    }
    return { ...finding, details }
  }

  return {
    report() {
      if (active) lookForUnseen()
      return buildReport(findings.map(explainPending))
    },
    async settled() {
      while (retries.size > 0) await Promise.all(retries)
    },
    off() {
      active = false
      endLook?.()
      guard('late', () => watch.off())
      for (const session of sessions.splice(0).reverse()) session.off()
    },
  }
}
