/**
 * Splits the modules of each room into parts, such that who uses one thing of the package gets few others with it.
 *
 * Modules that the same uses of the package reach stand in one part. That alone makes very many, so small ones are joined
 * while this brings little to anyone who had no need of it.
 */
export interface SourceModule {
  readonly id: string
  readonly room: string
  readonly bytes: number
  readonly imports: readonly string[]
}

export interface Limits {
  /** A part below `bytes` is joined with another one of its room, if all uses together get at most `dragged` bytes more by it. */
  readonly join: readonly { readonly bytes: number; readonly dragged: number }[]
  /** Rooms whose parts are loaded with those that name them, so that none of them may name each other in a circle. */
  readonly atOnce: ReadonlySet<string>
}

interface Part {
  readonly room: string
  readonly ids: readonly string[]
  readonly bytes: number
}

/**
 * @param uses - Modules that a program can use without the others.
 * @returns The ids of each part, the largest module first.
 */
export function split(modules: readonly SourceModule[], uses: readonly string[], limits: Limits): string[][] {
  const byId = new Map(modules.map((module) => [module.id, module]))
  let parts = grouped(modules, reach(byId, uses))
  const kept = new Set<Part>()
  for (;;) {
    const [smallest] = parts
      .filter((part) => draggedAtMost(part, limits) !== undefined && !kept.has(part))
      .toSorted((a, b) => a.bytes - b.bytes || compare(a.ids[0], b.ids[0]))
    if (!smallest) break
    const before = draggedBytes(parts, byId, uses)
    const options = parts
      .filter((part) => part !== smallest && part.room === smallest.room)
      .map((part) => {
        const joined = [...parts.filter((other) => other !== part && other !== smallest), join(part, smallest)]
        return { joined, dragged: draggedBytes(joined, byId, uses) - before }
      })
      .filter(({ joined }) => !hasCircle(joined, byId, limits.atOnce))
      .toSorted((a, b) => a.dragged - b.dragged)
    const [best] = options
    if (best && best.dragged <= (draggedAtMost(smallest, limits) ?? 0)) parts = best.joined
    else kept.add(smallest)
  }
  const bytesOf = (id: string): number => byId.get(id)?.bytes ?? 0
  return parts.map(({ ids }) => ids.toSorted((a, b) => bytesOf(b) - bytesOf(a) || compare(a, b)))
}

function draggedAtMost(part: Part, limits: Limits): number | undefined {
  return limits.join.find(({ bytes }) => part.bytes < bytes)?.dragged
}

function compare(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function join(a: Part, b: Part): Part {
  return { room: a.room, ids: [...a.ids, ...b.ids], bytes: a.bytes + b.bytes }
}

/** For each module: which of the uses reach it. */
function reach(byId: ReadonlyMap<string, SourceModule>, uses: readonly string[]): ReadonlyMap<string, number[]> {
  const reached = new Map<string, number[]>()
  for (const [number, use] of uses.entries()) {
    const waiting = [use]
    const seen = new Set(waiting)
    for (const id of waiting) {
      reached.set(id, [...(reached.get(id) ?? []), number])
      for (const next of byId.get(id)?.imports ?? []) {
        if (seen.has(next)) continue
        seen.add(next)
        waiting.push(next)
      }
    }
  }
  return reached
}

function grouped(modules: readonly SourceModule[], reached: ReadonlyMap<string, number[]>): Part[] {
  const groups = new Map<string, Part>()
  for (const { id, room, bytes } of modules) {
    const key = `${room} ${reached.get(id)?.join(' ') ?? ''}`
    const known = groups.get(key) ?? { room, ids: [], bytes: 0 }
    groups.set(key, join(known, { room, ids: [id], bytes }))
  }
  return [...groups.values()]
}

/** For each part: which others its modules name. */
function neighbours(parts: readonly Part[], byId: ReadonlyMap<string, SourceModule>): Map<Part, Set<Part>> {
  const home = new Map(parts.flatMap((part) => part.ids.map((id) => [id, part] as const)))
  return new Map(
    parts.map((part) => {
      const named = part.ids.flatMap((id) => byId.get(id)?.imports ?? []).map((id) => home.get(id))
      return [part, new Set(named.filter((other) => other !== undefined && other !== part) as Part[])]
    }),
  )
}

/** What each use of the package gets, added up. */
function draggedBytes(
  parts: readonly Part[],
  byId: ReadonlyMap<string, SourceModule>,
  uses: readonly string[],
): number {
  const named = neighbours(parts, byId)
  const home = new Map(parts.flatMap((part) => part.ids.map((id) => [id, part] as const)))
  let bytes = 0
  for (const use of uses) {
    const first = home.get(use)
    const seen = new Set(first && [first])
    for (const part of seen) {
      bytes += part.bytes
      for (const next of named.get(part) ?? []) seen.add(next)
    }
  }
  return bytes
}

function hasCircle(
  parts: readonly Part[],
  byId: ReadonlyMap<string, SourceModule>,
  atOnce: ReadonlySet<string>,
): boolean {
  const named = neighbours(parts, byId)
  const done = new Set<Part>()
  const open = new Set<Part>()
  const visit = (part: Part): boolean => {
    if (open.has(part)) return true
    if (done.has(part)) return false
    open.add(part)
    const found = [...(named.get(part) ?? [])].some((next) => atOnce.has(next.room) && visit(next))
    open.delete(part)
    done.add(part)
    return found
  }
  return parts.some((part) => atOnce.has(part.room) && visit(part))
}
