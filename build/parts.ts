/** Which file of `dist` a module of the sources is in. Files are loaded, and dropped by bundlers, whole. */
import type { GetModuleInfo } from 'rollup'
import { split, type SourceModule } from './split.js'

/** Modules that `autolog()` itself runs; the others run with a call. */
const AT_START = [
  'engine',
  'options',
  'option-checks',
  'wrapped-clients',
  'find/modules',
  'find/given-modules',
  'reported-finding',
  'find/package-entries',
  'find/roots',
  'find/resolve',
  'runtime',
  'find/pnp',
  'find/preload',
  'find/peek',
  'find/load-watch',
  'patch/live-exports',
  'find/poll',
  'report',
  'patch/instrument',
  'find/bundled',
  'calls/instrument-call',
  'calls/instrument-step',
  'patch/patch',
  'patch/patch-mark',
  'api-copies',
  'calls/duplex',
  'contract',
  'patch/around-methods',
  'calls/channel',
  'calls/bridge',
  'calls/context-store',
]

/** The same for `src/telemetry`. */
const SET_UP = [
  'set-up/setup',
  'set-up/setup-options',
  'settings',
  'propagation/propagation',
  'set-up/env',
  'set-up/resource-attributes',
  'set-up/destination',
  'set-up/global-api',
  'set-up/registration',
  'set-up/forwarding-tracers',
  'set-up/own-provider',
  'set-up/own-tracing',
  'set-up/own-context',
  'set-up/own-propagator',
  'set-up/tracing-handle',
  'export/flush',
  'warn',
]

/** Those of `src/telemetry` that a set-up loads with its first span. */
const EXPORT = [
  'set-up/built-tracing',
  'set-up/load-sdk',
  'set-up/own-resource',
  'export/pipeline',
  'export/batch',
  'content/weight',
  'export/exit',
]

/**
 * Modules that may share a part, by the beginning of their path from the root of the project; the first that fits counts.
 * Modules that load at other times are in other parts.
 */
const ROOMS: readonly (readonly [beginning: string, room: string])[] = [
  ['node_modules/', 'shapes'],
  // Set at every start; what they call is not.
  ['integrations/ai/hooks', 'hooks'],
  ['integrations/ai/translations', 'hooks'],
  ['integrations/', 'integrations'],
  ...AT_START.map((name) => [`src/autolog/${name}.ts`, 'engine'] as const),
  ['src/autolog/', 'observer'],
  // Only for programs that have the AI SDK.
  ['src/ai-sdk/', 'ai-models'],
  ['src/cli/', 'commands'],
  ['src/bundler/', 'bundler'],
  // Only for programs that call the client as an endpoint.
  ['src/client/endpoint/', 'endpoint'],
  // Only for clients that have some.
  ['src/client/guardrails/', 'guardrails'],
  ['src/policies/guardrails/', 'guardrails'],
  ['src/client/', 'client'],
  ['src/config/', 'importers'],
  ['src/cost/', 'cost'],
  // Their classes are there at import; what a refusal means is asked when there is one.
  ['src/kernel/errors.ts', 'errors'],
  ['src/kernel/provider-error.ts', 'errors'],
  ['src/kernel/', 'kernel'],
  ['src/models/', 'models'],
  ['src/policies/', 'router'],
  ['src/providers/directory', 'directory'],
  ['src/providers/known-hosts', 'directory'],
  ['src/providers/host-names', 'directory'],
  ['src/providers/store-hosts', 'directory'],
  // Asked about every request, of which few ask a model.
  ['src/protocols/shared/wire-paths', 'wire'],
  ['src/autolog/wire/wire-net', 'wire'],
  ['src/autolog/wire/wire-endpoints', 'wire'],
  ['src/autolog/wire/named-endpoints', 'wire'],
  ['src/providers/index', 'catalogue'],
  ['src/protocols/index', 'catalogue'],
  ['src/protocols/codecs', 'catalogue'],
  ['src/protocols/', 'codecs'],
  ['src/providers/rows.', 'catalogue'],
  ['src/router/option-shapes', 'shapes'],
  ['src/router/provider-shapes', 'shapes'],
  ['src/router/shape-parts', 'shapes'],
  ['src/router/cache-shapes', 'shapes'],
  ['src/router/guardrail-shapes', 'shapes'],
  ['src/router/price-shapes', 'shapes'],
  ['src/router/scoped-shapes', 'shapes'],
  ['src/router/cache-shapes', 'shapes'],
  ['src/router/', 'router'],
  ['src/stores/', 'stores'],
  ...SET_UP.map((name) => [`src/telemetry/${name}.ts`, 'set-up'] as const),
  ...EXPORT.map((name) => [`src/telemetry/${name}.ts`, 'export'] as const),
  ['src/telemetry/', 'telemetry'],
  ['src/testing/', 'testing'],
  ['src/whole-autolog.ts', 'whole-autolog'],
  ['src/whole-client.ts', 'whole-client'],
  ['src/whole-catalogue.ts', 'catalogue'],
  ['src/whole-directory.ts', 'directory'],
]

/**
 * Rooms whose small parts are loaded with those that name them: nearly every other part needs them as soon as it is loaded,
 * and a name is then found without a call.
 */
const AT_ONCE: ReadonlySet<string> = new Set(['kernel', 'errors'])
const AT_ONCE_BYTES = 6000

/** A file of its own costs who needs it some tenths of a millisecond, so that the smallest ones may bring more with them. */
const JOIN = [
  { bytes: 2000, dragged: 60_000 },
  { bytes: 6000, dragged: 20_000 },
]

/** Entries with code of their own, which no other file of the package needs. */
const OWN = ['src/auto.ts', 'src/cli.ts']

/** Modules that name what can be used without the rest. */
const FACES = ['index', 'core', 'config', 'redis', 'testing', 'bundler', 'next', 'ai-sdk'].map(
  (name) => `src/${name}.ts`,
)
const LISTS = ['src/protocols/codecs.ts', 'integrations/index.ts']

export interface Modules {
  /** Ids of the bundler, and what it knows of each. */
  readonly info: GetModuleInfo
  readonly ids: readonly string[]
  /** Path of a module from the root of the project, with `/`. */
  readonly pathOf: (id: string) => string
  readonly idOf: (path: string) => string
}

export interface Parts {
  /** `undefined` is a module that only names what others hold. */
  nameOf(id: string): string | undefined
  /** Whether the part is loaded with whatever names it. */
  isAtOnce(name: string): boolean
}

export function findParts(modules: Modules): Parts {
  const { info, ids, pathOf, idOf } = modules
  const importsOf = (id: string): readonly string[] => info(id)?.importedIds ?? []
  const rows = new Set(importsOf(idOf('src/providers/rows.ts')))
  const uses = [...FACES, ...LISTS].flatMap((path) => importsOf(idOf(path))).filter((id) => roomOf(pathOf(id)))
  const found = ids.flatMap((id): SourceModule[] => {
    const room = roomOf(pathOf(id))
    return room === undefined ? [] : [{ id, room, bytes: info(id)?.code?.length ?? 0, imports: importsOf(id) }]
  })
  const parts = split(found, [...new Set(uses)], { join: JOIN, atOnce: AT_ONCE })
  const names = new Map<string, string>()
  const atOnce = new Set<string>()
  const taken = new Set([...FACES, ...OWN].map((path) => path.slice('src/'.length, -'.ts'.length)))
  const bytesOf = (part: readonly string[]): number => part.reduce((sum, id) => sum + (info(id)?.code?.length ?? 0), 0)
  for (const part of parts.toSorted((a, b) => bytesOf(b) - bytesOf(a))) {
    const [largest = ''] = part
    const path = pathOf(largest)
    const room = roomOf(path) ?? ''
    const name = [room, ...namesBy(path).map((each) => `${room}-${each}`)].find((each) => !taken.has(each))
    if (name === undefined) throw new Error(`no name is left for the part of ${path}`)
    taken.add(name)
    if (AT_ONCE.has(room) && bytesOf(part) <= AT_ONCE_BYTES) atOnce.add(name)
    for (const id of part) names.set(id, name)
  }
  return {
    nameOf: (id) => names.get(id) ?? rowsOf(pathOf(id), rows.has(id)),
    isAtOnce: (name) => atOnce.has(name),
  }
}

function roomOf(path: string): string | undefined {
  return OWN.includes(path) ? undefined : ROOMS.find(([beginning]) => path.startsWith(beginning))?.[1]
}

/** A file for each row would be two hundred of them. */
function rowsOf(path: string, isRow: boolean): string | undefined {
  const [, first] = /^src\/providers\/(.)/.exec(path) ?? []
  return first && (isRow ? `rows-${first}` : 'rows')
}

/** `src/protocols/openai-chat/response.ts` gives `response` and `openai-chat-response`. */
function namesBy(path: string): readonly string[] {
  const words = path.replace('.ts', '').split('/')
  const stem = words.at(-1) ?? ''
  return [stem, `${words.at(-2)}-${stem}`]
}
