/** Packages with native parts, which are too large to be dependencies of everyone who works here. */
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** The file of a package: below the folder that `TRACESTITCH_NATIVE` names, or among this project's packages. */
export function nativeEntry(name: string): string | undefined {
  const folder = process.env['TRACESTITCH_NATIVE']
  try {
    return createRequire(folder ? join(folder, 'package.json') : import.meta.url).resolve(name)
  } catch {
    return undefined // Not installed.
  }
}
