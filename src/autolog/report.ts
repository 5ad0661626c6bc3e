/** The entries of `log.report`, and the warning for a package that is loaded and could not be patched. */
import { oneLine } from '../kernel/plain-text.js'
import type { ReportEntry, ReportStatus } from './contract.js'

/** The state of one entry file of one copy, for one integration. */
export interface Finding {
  readonly integration: string
  readonly package: string
  /** Folder of the copy; `undefined` for a given module. */
  readonly root: string | undefined
  readonly version: string | undefined
  readonly tested: string
  format: 'esm' | 'cjs' | undefined
  status: ReportStatus
  /** Why, and what to do. */
  details: readonly string[]
}

/** The status of a copy is the first of these that one of its entries has. */
const RANK: readonly ReportStatus[] = ['patched', 'failed', 'unsupported', 'pending']

function groupBy(findings: readonly Finding[], keyOf: (finding: Finding) => string): Finding[][] {
  const groups = new Map<string, Finding[]>()
  for (const finding of findings) {
    const key = keyOf(finding)
    const group = groups.get(key)
    if (group) group.push(finding)
    else groups.set(key, [finding])
  }
  return [...groups.values()]
}

const copyKey = (finding: Finding): string => [finding.integration, finding.package, finding.root ?? 'given'].join('\n')

/** A note, if the major is outside of `tested`, such as `4 - 7`. */
function untested({ version, tested }: Finding): string | undefined {
  const [lowest, highest = lowest] = tested.split(' - ').map((bound) => Number.parseInt(bound, 10))
  const major = Number.parseInt(version ?? '', 10)
  if (lowest === undefined || highest === undefined || ![lowest, highest, major].every(Number.isFinite))
    return undefined
  return major < lowest || major > highest ? `tests run ${tested}` : undefined
}

function entryOf(group: readonly Finding[]): ReportEntry | undefined {
  const status = RANK.find((rank) => group.some((finding) => finding.status === rank))
  const same = group.filter((finding) => finding.status === status)
  const [first] = same
  if (!first || status === undefined) return undefined
  const note = status === 'pending' ? undefined : untested(first)
  const details = new Set([...same.flatMap((finding) => finding.details), ...(note === undefined ? [] : [note])])
  return {
    integration: first.integration,
    package: first.package,
    version: first.version,
    format: first.format,
    status,
    detail: details.size > 0 ? [...details].join('; ') : undefined,
  }
}

/** One entry for each loaded format of a copy, or one for a copy that is not loaded. */
export function buildReport(findings: readonly Finding[]): ReportEntry[] {
  return groupBy(findings, copyKey).flatMap((copy) => {
    const loaded = copy.filter((finding) => finding.status !== 'pending')
    if (loaded.length === 0) {
      const entry = entryOf(copy)
      return entry ? [{ ...entry, format: undefined }] : []
    }
    return groupBy(loaded, (finding) => finding.format ?? '').flatMap((group) => entryOf(group) ?? [])
  })
}

/** Writes a warning to stderr. */
export function warn(message: string): void {
  process.stderr.write(`[tracestitch] ${oneLine(message)}\n`)
}

/** Warns of packages that are loaded without a patch, once for each package. */
export function createWarner(write: (message: string) => void = warn): (report: readonly ReportEntry[]) => void {
  const warned = new Set<string>()
  return (report) => {
    for (const { package: name, version, format, status, detail } of report) {
      if ((status !== 'unsupported' && status !== 'failed') || warned.has(name)) continue
      warned.add(name)
      write(
        `${name}${version ? `@${version}` : ''}${format ? ` (${format})` : ''} is loaded and could not be instrumented: ${detail ?? status}`,
      )
    }
  }
}
