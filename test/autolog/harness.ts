/** What a test app imports: the module half of the engine with an integration that marks results. */
import type { Integration, IntegrationEntry, Replace } from '../../src/autolog/contract.js'
import {
  instrumentModules,
  type InstrumentModulesOptions,
  type ModuleInstrumentation,
} from '../../src/autolog/find/modules.js'
import { findCallerFile } from '../../src/autolog/find/roots.js'

export { createPatcher } from '../../src/autolog/patch/patch.js'
export { peekESM, peekThroughHooks } from '../../src/autolog/find/peek.js'
export { findCallerFile, instrumentModules }

/** Serves `Client.prototype.send` of each package, and exported functions: what they return starts with `patched ` afterwards. */
function marking(packageName: string, entry: string | undefined, names: readonly string[] | undefined): Integration {
  return {
    id: packageName,
    targets: [
      {
        package: packageName,
        ...(entry !== undefined && { entry }),
        tested: '1 - 2',
        ...(names && { exports: names }),
        instrument(module, patcher) {
          const Client = module['Client'] ?? module['default']
          patcher.wrap(path(Client, 'prototype'), 'send', mark)
          for (const name of names ?? []) patcher.wrap(module, name, mark)
        },
      },
    ],
  }
}

const unsupportedBy = (names: readonly string[]): Integration => ({
  id: 'none',
  targets: names.map((name) => ({
    package: name,
    tested: 'none',
    unsupported: 'nobody serves it',
    instrument: () => undefined,
  })),
})

/** As the registry has it. */
export function entryOf(integration: Integration): IntegrationEntry {
  const packages = [...new Set(integration.targets.map((target) => target.package))]
  return { id: integration.id, packages, load: () => integration }
}

const mark: Replace = (original, active) =>
  function (this: unknown, ...args: unknown[]) {
    const result = Reflect.apply(original, this, args)
    return active() ? `patched ${String(result)}` : result
  }

const path = (root: unknown, key: string): unknown => (root as Record<string, unknown> | undefined)?.[key]

export type StartOptions = Partial<InstrumentModulesOptions> & {
  readonly packages?: readonly string[]
  readonly entry?: string
  readonly exports?: readonly string[]
  /** Packages without an integration. */
  readonly unsupported?: readonly string[]
}

export function start({
  packages = ['fake-sdk'],
  entry,
  exports,
  unsupported = [],
  ...options
}: StartOptions = {}): ModuleInstrumentation {
  return instrumentModules({
    integrations: [
      ...packages.map((name) => entryOf(marking(name, entry, exports))),
      { ...entryOf(unsupportedBy(unsupported)), onlyDeclared: true },
    ],
    callerFile: findCallerFile(),
    call: () => (original) => original,
    ...options,
  })
}

/** The report as one line an entry, for snapshots. */
export function lines(log: ModuleInstrumentation): string[] {
  return log
    .report()
    .map(({ package: name, version, format, status }) => `${name}@${version} ${format} ${status}`)
    .sort()
}
