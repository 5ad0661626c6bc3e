/** The rules of the house, as functions from sources to a list of complaints. An empty list is a pass. */
import { importsOf, resolveImport, stringsOf, type Sources } from './sources.js'

/** Lowest floor first. A room imports from lower floors and from itself. */
export const floors: readonly (readonly string[])[] = [
  ['src/kernel'],
  ['src/models'],
  ['src/protocols', 'src/policies', 'src/cost', 'src/telemetry'],
  ['src/providers', 'src/router', 'src/stores', 'src/autolog'],
  ['src/client', 'src/gateway', 'src/config', 'src/ai-sdk'],
  ['integrations'],
  // index, auto and the other package entries, the command line, and the pieces of `testing`.
  ['src'],
]

/** Doors between rooms of one floor. */
export const doors: readonly { readonly from: string; readonly to: string; readonly why: string }[] = [
  { from: 'src/gateway', to: 'src/client', why: 'the gateway is an HTTP face of the client' },
  { from: 'src/ai-sdk', to: 'src/client', why: 'its models are calls of the client' },
]

export interface Room {
  readonly name: string
  readonly floor: number
}

/** Undefined for a file in a folder of `src` that no floor names. */
export function roomOf(path: string): Room | undefined {
  for (const [floor, rooms] of floors.entries()) {
    const name = rooms.find((room) => path.startsWith(`${room}/`))
    if (!name) continue
    const isEntry = name === 'src'
    if (isEntry && !/^src\/([^/]+|(cli|testing|bundler)\/.+)$/.test(path)) return undefined
    return { name, floor }
  }
  return undefined
}

/** Imports of a higher floor or of another room on the same floor; types count as well. */
export function floorViolations(sources: Sources): readonly string[] {
  const complaints: string[] = []
  for (const [path, text] of sources) {
    const room = roomOf(path)
    if (!room) {
      complaints.push(`${path} is on no floor`)
      continue
    }
    for (const { specifier } of importsOf(path, text)) {
      const target = resolveImport(path, specifier)
      if (target === undefined) continue
      const other = roomOf(target)
      const complaint = `${path} (floor ${room.floor}) imports ${target}`
      if (!other) complaints.push(`${complaint}, which is on no floor`)
      else if (other.floor > room.floor) complaints.push(`${complaint} (floor ${other.floor})`)
      else if (other.floor === room.floor && other.name !== room.name && !hasDoor(room, other)) {
        complaints.push(`${complaint}, another room of its floor`)
      }
    }
  }
  return complaints
}

function hasDoor(from: Room, to: Room): boolean {
  return doors.some((door) => door.from === from.name && door.to === to.name)
}

/** Files that name every codec or every row. What imports one brings the whole catalogue into the bundle of a user. */
const registries = /^src\/(?:protocols\/(?:index|codecs)|providers\/(?:index|rows)|whole-catalogue)\.ts$/

/** The client and what it stands on get their formats and rows handed in. */
export function registryImports(sources: Sources): readonly string[] {
  return [...sources].flatMap(([path, text]) =>
    /^src\/(?:kernel|policies|cost|telemetry|router|client)\/|^src\/core\.ts$/.test(path)
      ? importsOf(path, text)
          .filter(({ specifier, typeOnly }) => !typeOnly && registries.test(resolveImport(path, specifier) ?? ''))
          .map(({ specifier }) => `${path} imports ${specifier}, a registry`)
      : [],
  )
}

/** Relative imports that mean no file: a typo would otherwise hide an edge from the other checks. */
export function danglingImports(sources: Sources): readonly string[] {
  return [...sources].flatMap(([path, text]) =>
    importsOf(path, text)
      .map(({ specifier }) => resolveImport(path, specifier))
      .filter((target) => target !== undefined && !sources.has(target))
      .map((target) => `${path} imports ${target}, which is not there`),
  )
}

/**
 * An integration is `integrations/<id>.ts`, with `integrations/<id>/` when it has parts. It knows the
 * engine's contract, node, the OpenTelemetry API and what SDKs of one kind share (`integrations/shared/`); an SDK only by its
 * types; no other integration.
 */
export function integrationViolations(sources: Sources): readonly string[] {
  const complaints: string[] = []
  for (const [path, text] of sources) {
    if (!path.startsWith('integrations/')) continue
    const isRegistry = path === 'integrations/index.ts'
    for (const { specifier, typeOnly } of importsOf(path, text)) {
      const target = resolveImport(path, specifier)
      const allowed =
        target === undefined
          ? typeOnly || specifier.startsWith('node:') || specifier === '@opentelemetry/api'
          : target === 'src/autolog/contract.ts' ||
            target.startsWith('integrations/shared/') ||
            (isRegistry && target.startsWith('integrations/')) ||
            (target.startsWith('integrations/') && integrationOf(target) === integrationOf(path))
      if (!allowed) complaints.push(`${path} imports ${specifier}`)
    }
  }
  return complaints
}

function integrationOf(path: string): string | undefined {
  return /^integrations\/(.+?)(\/|\.ts$)/.exec(path)?.[1]
}

/**
 * Files that import each other, by type too: what is read in a circle has no beginning. What is imported when it is needed
 * closes none.
 */
export function cycles(sources: Sources): readonly string[] {
  const edges = new Map<string, readonly string[]>()
  for (const [path, text] of sources) {
    const targets = importsOf(path, text)
      .filter(({ dynamic }) => !dynamic)
      .map(({ specifier }) => resolveImport(path, specifier))
    edges.set(path, targets.filter((target) => target !== undefined && sources.has(target)) as readonly string[])
  }
  const found: string[] = []
  const done = new Set<string>()
  function visit(path: string, trail: readonly string[]): void {
    const start = trail.indexOf(path)
    if (start >= 0) {
      found.push([...trail.slice(start), path].join(' → '))
      return
    }
    if (done.has(path)) return
    for (const target of edges.get(path) ?? []) visit(target, [...trail, path])
    done.add(path)
  }
  for (const path of edges.keys()) visit(path, [])
  return found
}

/**
 * Entries of a folder that its `index.ts` does not import, and imports of entries that are not there.
 * A list of named exports stands in `rows.ts` or `codecs.ts` beside it. An entry is a file, or a folder with a file of its own. `helpers` are entries that register nothing.
 */
export function registryGaps(sources: Sources, folder: string, helpers: readonly string[] = []): readonly string[] {
  const lists = ['rows', 'codecs'].map((name) => `${folder}/${name}.ts`)
  const registry = lists.find((list) => sources.has(list)) ?? `${folder}/index.ts`
  const text = sources.get(registry)
  if (text === undefined) return [`${registry} is missing`]
  const entryOf = (path: string): string => path.slice(folder.length + 1).replace(/(\/.*|\.ts)$/, '')
  const entries = new Set([...sources.keys()].filter((path) => path.startsWith(`${folder}/`)).map(entryOf))
  const imported = new Set(
    importsOf(registry, text)
      .map(({ specifier }) => resolveImport(registry, specifier))
      .filter((target) => target?.startsWith(`${folder}/`))
      .map((target) => entryOf(target as string)),
  )
  const known = new Set([...imported, ...helpers, 'index', 'rows', 'codecs'])
  return [
    ...[...entries].filter((entry) => !known.has(entry)).map((entry) => `${registry} does not register ${entry}`),
    ...[...imported, ...helpers]
      .filter((entry) => !entries.has(entry))
      .map((entry) => `${folder}/${entry} is registered and not there`),
  ]
}

/** Names of the GenAI conventions live in one file. */
export function strayConventionNames(sources: Sources): readonly string[] {
  return [...sources].flatMap(([path, text]) =>
    path === 'src/telemetry/semconv.ts'
      ? []
      : stringsOf(path, text)
          .filter((value) => value.includes('gen_ai.'))
          .map((value) => `${path} says '${value}'`),
  )
}

export function longFiles(sources: Sources, limit = 400): readonly string[] {
  return [...sources]
    .map(([path, text]) => ({ path, lines: text.replace(/\n$/, '').split('\n').length }))
    .filter(({ lines }) => lines > limit)
    .map(({ path, lines }) => `${path} has ${lines} lines`)
}

// In pieces, so that this file does not match itself.
const privatePlaces = [
  new RegExp(`(?<![\\w.:/-])/(?:${['wo' + 'rk', 'fa' + 'rm', 'ro' + 'ot'].join('|')})/`),
  new RegExp(`(?<![\\w.:/-])/(?:ho` + `me|Us` + `ers)/\\w+/`),
  new RegExp(['registry', '(?:npmjs|yarnpkg|npmmirror)', ''].join('\\.')),
  new RegExp('npm\\.pkg' + '\\.github\\.com'),
  /"resolved": "https?:/,
]

/** Paths of somebody's machine and addresses of package registries do not belong in the project. */
export function privateTraces(sources: Sources): readonly string[] {
  const complaints: string[] = []
  for (const [path, text] of sources) {
    for (const [index, line] of text.split('\n').entries()) {
      const found = privatePlaces.map((place) => place.exec(line)?.[0]).find(Boolean)
      if (found) complaints.push(`${path}:${index + 1} names ${found}`)
    }
  }
  return complaints
}

/** What the bundler builds and what package.json exports must be the same list, in every form. */
export function exportGaps(
  exported: Readonly<Record<string, unknown>>,
  entries: Readonly<Record<string, string>>,
  bin: Readonly<Record<string, string>> = {},
): readonly string[] {
  const complaints: string[] = []
  const programs = Object.values(bin).map((path) => path.replace(/^\.\/dist\/(.+)\.cjs$/, '$1'))
  for (const name of programs) if (!(name in entries)) complaints.push(`bin ${name} is not built`)
  for (const name of Object.keys(entries)) {
    if (programs.includes(name)) continue
    const subpath = name === 'index' ? '.' : `./${name}`
    const expected = {
      import: {
        types: `./dist/${name}.d.ts`,
        // For bundlers. What is imported for its effect alone is one part.
        ...(name !== 'auto' && { module: `./dist/${name}.parts.js` }),
        default: `./dist/${name}.js`,
      },
      require: { types: `./dist/${name}.d.cts`, default: `./dist/${name}.cjs` },
    }
    if (JSON.stringify(exported[subpath]) !== JSON.stringify(expected)) {
      complaints.push(`exports['${subpath}'] must be ${JSON.stringify(expected)}`)
    }
  }
  for (const subpath of Object.keys(exported)) {
    const name = subpath === '.' ? 'index' : subpath.replace('./', '')
    if (!subpath.endsWith('.json') && !(name in entries)) complaints.push(`exports['${subpath}'] is not built`)
  }
  return complaints
}

/** Files that are named for what they serve: a vendor, or a strategy by its id. */
const properNames = /^(?:integrations|src\/(?:providers|router\/strategies))\//

/** Groups in which files of one name hold the same thing. */
const families: readonly RegExp[] = [
  // A part that each codec has, and what codecs share of it; a vendor's models.
  /^src\/(?:protocols|models)\//,
  // An operation, or a fact of the client, and its types.
  /^src\/(?:client\/(?:faces|types|facts)\/|router\/health)/,
  // What a package entry gives.
  /^src\/(?:[^/]+|cli\/[^/]+|stores\/[^/]+)$/,
  // Each room may have options of its own, and an index.
  /\/(?:index|options)\.ts$/,
]

/** Files of one name that hold different things: a newcomer finds the wrong one. */
export function sharedNames(sources: Sources): readonly string[] {
  const byName = new Map<string, string[]>()
  for (const path of sources.keys()) {
    if (properNames.test(path)) continue
    const name = path.slice(path.lastIndexOf('/') + 1)
    byName.set(name, [...(byName.get(name) ?? []), path])
  }
  return [...byName.values()]
    .filter((paths) => paths.length > 1 && !families.some((family) => paths.every((path) => family.test(path))))
    .map((paths) => paths.join(' and '))
}
