/** Patches loaded modules, and undoes all patches. */
import { types } from 'node:util'
import { isObject } from '../../kernel/json.js'
import { guard } from '../../kernel/guard.js'
import type { Declared, ModuleExports, ModuleTarget, Patcher, Replace } from '../contract.js'
import type { EntryTarget } from '../find/package-entries.js'
import type { Bindings } from './live-exports.js'
import { createPatcher, type PatcherContext, type PatchSession } from './patch.js'
import type { Notice } from '../calls/reader.js'
import { warn, type Finding } from '../report.js'
import { moduleInternals } from '../runtime.js'
import { withShapes } from '../find/shapes.js'

/**
 * Module exports as an integration reads them. A function, as a CJS SDK exports it or a user passes it, becomes an object with
 * `default` and the name of the function, and with its static fields.
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
  /** For an ES module behind a facade. */
  readonly bindings?: Bindings | undefined
  /** Whether the program has passed it: a bundler may have renamed its exports. */
  readonly isGiven?: boolean
}

/** Whether the runtime lets us see ES modules load. */
const seesLoads = moduleInternals.registerHooks !== undefined

export interface InstrumenterOptions {
  /** The user's `integrations`: an object has the options of that integration. */
  readonly options: Readonly<Record<string, boolean | Readonly<Record<string, unknown>>>> | undefined
  readonly call: (declared: Declared, report?: (notice: Notice) => void) => Replace
}

export class Instrumenter {
  private readonly options: InstrumenterOptions
  private readonly sessions: PatchSession[] = []

  constructor(options: InstrumenterOptions) {
    this.options = options
  }

  /** Patches what the module exports, and writes the outcome into `finding`. */
  instrument({ integration, target }: EntryTarget, finding: Finding, loaded: LoadedExports): void {
    const { exported, format, bindings, isGiven } = loaded
    const report: PatcherContext['report'] = (method, notice) => addNotice(finding, method, notice)
    const session = this.session(integration.id, format, { report, bindings })
    const exports = asModuleExports(exported)
    try {
      const module = exports && isGiven === true ? withShapes(exports, exported, target.shapes) : exports
      if (module) target.instrument(module, session.patcher)
      finding.status = session.held > 0 ? 'patched' : 'unsupported'
      finding.details = session.held > 0 ? detailsOf(session) : unsupported(session, target)
    } catch (error) {
      // What was patched before the fault stays.
      finding.status = 'failed'
      finding.details = [`its integration failed: ${types.isNativeError(error) ? error.message : typeof error}`]
    }
  }

  /** Sets an integration's hooks that need no module. A fault in them is counted, and affects only them. */
  hook(id: string, always: (patcher: Patcher) => void): void {
    guard(id, () => always(this.session(id, 'esm', {}).patcher))
  }

  private session(
    id: string,
    format: 'esm' | 'cjs',
    module: Pick<PatcherContext, 'report' | 'bindings'>,
  ): PatchSession {
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

/** Details that the report always has. */
function detailsOf({ faults, fixed }: PatchSession): string[] {
  if (fixed.length === 0) return [...faults]
  const [names, are] = [fixed.join(', '), fixed.length === 1 ? 'is an export' : 'are exports']
  return [
    ...faults,
    `${names} ${are} of an ES module whose load was not seen, and cannot be replaced: start the program with ` +
      `node --import tracestitch/auto${seesLoads ? '' : ', on Node 22.15 or later'}`,
  ]
}

function unsupported(session: PatchSession, { tested, unsupported: reason }: ModuleTarget): string[] {
  if (reason !== undefined) return [reason]
  const misses = [...session.misses, ...detailsOf(session)]
  const why = misses.length > 0 ? misses.join(', ') : 'no known class in its exports'
  return [why, `tests run ${tested}`]
}

/** Adds a notice to the report, once for each method. If an answer cannot be read, also warns on stderr. */
function addNotice(finding: Finding, method: string, notice: Notice): void {
  const isUnread = typeof notice === 'string'
  const detail = isUnread
    ? `${method} gave ${notice === 'answer' ? 'an answer' : 'a stream'} that autolog cannot read`
    : `${notice.completes} traces it as well: autolog completes those spans and makes none of its own`
  if (finding.details.includes(detail)) return
  finding.details = [...finding.details, detail]
  if (isUnread) warn(`${finding.package}: ${detail}; its spans say so and have no usage`)
}
