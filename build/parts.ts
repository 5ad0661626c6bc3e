/** Which file of `dist` a module of the sources is in. Files are loaded, and dropped by bundlers, whole. */
import type { GetModuleInfo } from 'rollup'

/** Part of a module, by the beginning of its path from the root of the project; the first that fits counts. */
const PARTS: readonly (readonly [beginning: string, part: string])[] = [
  ['node_modules/', 'shapes'],
  ['integrations/', 'integrations'],
  ['src/autolog/', 'engine'],
  ['src/cli/', 'commands'],
  // What `autolog()` needs of the client.
  ['src/client/errors-out', 'door'],
  ['src/client/streams/model-stream', 'door'],
  ['src/client/call/redaction', 'door'],
  ['src/client/', 'client'],
  ['src/config/', 'importers'],
  ['src/cost/', 'cost'],
  ['src/kernel/', 'kernel'],
  ['src/models/', 'models'],
  ['src/policies/', 'router'],
  ['src/providers/directory', 'directory'],
  ['src/providers/index', 'catalogue'],
  ['src/protocols/index', 'catalogue'],
  ['src/protocols/codecs', 'catalogue'],
  ['src/providers/rows.', 'catalogue'],
  ['src/router/option-shapes', 'shapes'],
  ['src/router/provider-shapes', 'shapes'],
  ['src/router/shape-parts', 'shapes'],
  ['src/router/price-shapes', 'shapes'],
  ['src/router/scoped-shapes', 'shapes'],
  ['src/router/', 'router'],
  ['src/stores/redis', 'redis-store'],
  ['src/stores/', 'stores'],
  ['src/telemetry/', 'telemetry'],
  ['src/testing/', 'spans'],
  ['src/whole-autolog.ts', 'whole-autolog'],
  ['src/whole-client.ts', 'whole-client'],
  ['src/whole-catalogue.ts', 'catalogue'],
]

/** Entries with code of their own, which no other file of the package needs. */
const OWN = ['src/auto.ts', 'src/cli.ts']

export interface Modules {
  /** Ids of the bundler, and what it knows of each. */
  readonly info: GetModuleInfo
  /** Path of a module from the root of the project, with `/`. */
  readonly pathOf: (id: string) => string
  readonly idOf: (path: string) => string
}

/** `undefined` is a module that only names what others hold. */
export function partOf(modules: Modules): (id: string) => string | undefined {
  const users = reach(modules, imported(modules, 'src/protocols/codecs.ts'), 'src/protocols/')
  const outside = reach(modules, readersOf(modules), 'src/protocols/')
  const rows = new Set(imported(modules, 'src/providers/rows.ts'))
  return (id) => {
    const path = modules.pathOf(id)
    if (OWN.includes(path)) return undefined
    const part = PARTS.find(([beginning]) => path.startsWith(beginning))?.[1]
    if (part !== undefined || !path.startsWith('src/p')) return part
    // A file for each row would be two hundred of them.
    if (path.startsWith('src/providers/')) return rows.has(id) ? `rows-${path.charAt('src/providers/'.length)}` : 'rows'
    if (outside.has(id)) return 'formats'
    if (path.startsWith('src/protocols/shared/') && users.get(id)?.length !== 1) return 'codecs'
    return codecOf(path.startsWith('src/protocols/shared/') ? modules.pathOf(users.get(id)?.[0] ?? '') : path)
  }
}

/** `src/protocols/openai-chat/index.ts` and `src/protocols/openai-chat.ts` are `openai-chat`. */
function codecOf(path: string): string {
  return path.split('/', 3)[2]?.replace('.ts', '') ?? 'codecs'
}

function imported({ info, idOf }: Modules, path: string): readonly string[] {
  return info(idOf(path))?.importedIds ?? []
}

/** Modules that read formats and are none, and what they import of them. */
function readersOf(modules: Modules): readonly string[] {
  const found = new Set<string>()
  const seen = new Set<string>()
  const visit = (id: string): void => {
    if (seen.has(id)) return
    seen.add(id)
    for (const next of modules.info(id)?.importedIds ?? []) {
      const [from, to] = [modules.pathOf(id), modules.pathOf(next)]
      const isCatalogue = /^src\/protocols\/(index|codecs)\.ts$/.test(to)
      if (!from.startsWith('src/protocols') && to.startsWith('src/protocols/') && !isCatalogue) found.add(next)
      visit(next)
    }
  }
  for (const entry of ['index', 'core', 'testing', 'config', 'redis']) visit(modules.idOf(`src/${entry}.ts`))
  return [...found]
}

/** For each module under `folder`: by which of `roots` it is reached. */
function reach(modules: Modules, roots: readonly string[], folder: string): ReadonlyMap<string, readonly string[]> {
  const reached = new Map<string, string[]>()
  for (const root of roots) {
    const seen = new Set<string>()
    const visit = (id: string): void => {
      if (seen.has(id) || !modules.pathOf(id).startsWith(folder)) return
      seen.add(id)
      reached.set(id, [...(reached.get(id) ?? []), root])
      for (const next of modules.info(id)?.importedIds ?? []) visit(next)
    }
    visit(root)
  }
  return reached
}
