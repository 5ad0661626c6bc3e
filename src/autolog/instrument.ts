/** Patches one loaded module after another, and takes all of it back. */
import { types } from 'node:util'
import { isObject } from '../kernel/json.js'
import { guard } from '../kernel/guard.js'
import type { Declared, ModuleExports, ModuleTarget, Patcher, Replace } from './contract.js'
import type { EntryTarget } from './package-entries.js'
import type { Bindings } from './live-exports.js'
import { createPatcher, type PatcherContext, type PatchSession } from './patch.js'
import type { Told } from './reader.js'
import { warn, type Finding } from './report.js'
import { moduleInternals } from './runtime.js'
import { withShapes } from './shapes.js'

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

/** What a copy of a package exports. */
export interface LoadedExports {
  readonly exported: unknown
  readonly format: 'esm' | 'cjs'
  /** Of an ES module behind a facade. */
  readonly bindings?: Bindings | undefined
  /** By the program: the names in it may be a bundler's. */
  readonly isGiven?: boolean
}

/** The runtime shows the loads of ES modules. */
const seesLoads = moduleInternals.registerHooks !== undefined

export interface InstrumenterOptions {
  /** The user's `integrations`: an object is handed to the integration of that name. */
  readonly options: Readonly<Record<string, boolean | Readonly<Record<string, unknown>>>> | undefined
  readonly call: (declared: Declared, tell?: (what: Told) => void) => Replace
}

export class Instrumenter {
  private readonly options: InstrumenterOptions
  private readonly sessions: PatchSession[] = []

  constructor(options: InstrumenterOptions) {
    this.options = options
  }

  /** Patches what the module exports, and writes into `finding` how that went. */
  instrument({ integration, target }: EntryTarget, finding: Finding, loaded: LoadedExports): void {
    const { exported, format, bindings, isGiven } = loaded
    const told: PatcherContext['told'] = (method, what) => say(finding, method, what)
    const session = this.session(integration.id, format, { told, bindings })
    const exports = asModuleExports(exported)
    try {
      const module = exports && isGiven === true ? withShapes(exports, exported, target.shapes) : exports
      if (module) target.instrument(module, session.patcher)
      finding.status = session.held > 0 ? 'patched' : 'unsupported'
      finding.details = session.held > 0 ? saidOf(session) : unsupported(session, target)
    } catch (error) {
      // what was patched before the fault stays; the fault is said
      finding.status = 'failed'
      finding.details = [`its integration failed: ${types.isNativeError(error) ? error.message : typeof error}`]
    }
  }

  /** An integration's hooks that need no module. A fault of theirs is counted, and costs only them. */
  hook(id: string, always: (patcher: Patcher) => void): void {
    guard(id, () => always(this.session(id, 'esm', {}).patcher))
  }

  private session(id: string, format: 'esm' | 'cjs', module: Pick<PatcherContext, 'told' | 'bindings'>): PatchSession {
    const given = this.options.options?.[id]
    const session = createPatcher({
      integration: id,
      format,
      options: isObject(given) ? given : {},
      call: this.options.call,
      ...module,
    })
    this.sessions.push(session)
    return session
  }

  off(): void {
    for (const session of this.sessions.splice(0).reverse()) session.off()
  }
}

/** What the report says of a copy in any case. */
function saidOf({ faults, fixed }: PatchSession): string[] {
  if (fixed.length === 0) return [...faults]
  const [names, are] = [fixed.join(', '), fixed.length === 1 ? 'is an export' : 'are exports']
  return [
    ...faults,
    `${names} ${are} of an ES module whose load was not seen, and cannot be replaced: start the program with ` +
      `node --import tracestitch/auto${seesLoads ? '' : ', on Node 22.15 or later'}`,
  ]
}

function unsupported(session: PatchSession, { tested, unsupported: said }: ModuleTarget): string[] {
  if (said !== undefined) return [said]
  const misses = [...session.misses, ...saidOf(session)]
  const why = misses.length > 0 ? misses.join(', ') : 'no known class in its exports'
  return [why, `tests run ${tested}`]
}

/** Once for each method, in the report; what is lost on stderr as well. */
function say(finding: Finding, method: string, what: Told): void {
  const isUnread = typeof what === 'string'
  const detail = isUnread
    ? `${method} gave ${what === 'answer' ? 'an answer' : 'a stream'} that autolog cannot read`
    : `${what.completes} traces it as well: autolog completes those spans and makes none of its own`
  if (finding.details.includes(detail)) return
  finding.details = [...finding.details, detail]
  if (isUnread) warn(`${finding.package}: ${detail}; its spans say so and have no usage`)
}
