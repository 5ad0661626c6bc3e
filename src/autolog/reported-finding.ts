/** What the report says of one entry of a package: of one that is pending, why, and what to do. */
import type { LoadWatch } from './find/load-watch.js'
import type { PackageEntry } from './find/package-entries.js'
import type { Finding } from './report.js'

export type SeenLoads = Pick<LoadWatch, 'seesESM' | 'seesCJS'>

/** Whether a later load of the entry is seen in this runtime. */
export function showsLoad({ seesCJS, seesESM }: SeenLoads, { format }: PackageEntry): boolean {
  return format === 'cjs' ? seesCJS : seesESM
}

export function reportedFinding(entry: PackageEntry, watch: SeenLoads): Finding {
  const { finding, target } = entry
  if (target.unsupported !== undefined) return { ...finding, status: 'unsupported', details: [target.unsupported] }
  if (finding.status !== 'pending' || finding.details.length > 0) return finding
  const { seesESM, seesCJS } = watch
  const name = finding.package
  const details = [
    'installed, not loaded yet',
    `if a bundler has put it into the program, build with the plugin of tracestitch/bundler, or pass it: autolog({ modules: { '${name}': … } })`,
  ]
  if (showsLoad(watch, entry) && seesESM) details.push('it is patched when it loads')
  // The entry for require() of such a copy adds nothing: the report has one line for both.
  if (!seesESM) {
    const later = seesCJS ? 'ESM import()' : 'load'
    details.push(`a later ${later} is only found a moment after it: call autolog() after the import, or set eager`)
  }
  return { ...finding, details }
}
