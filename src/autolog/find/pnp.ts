/**
 * Finds packages of Yarn's Plug'n'Play, which has no `node_modules`. Its runtime knows where packages are: in folders, or in
 * archives that its own `fs` reads. A package with peers exists once for each set of peers, under a virtual path.
 * Source: https://yarnpkg.com/advanced/pnpapi
 */
import path from 'node:path'
import { moduleInternals, type PnpApi } from '../runtime.js'

export interface PnpPackage {
  readonly name: string
  readonly directory: string
  /** Whether the project itself depends on it. */
  readonly declared: boolean
}

/** As in `openai@virtual:<hash>#npm:6.1.0`. */
const VIRTUAL = /@virtual:[^#]*#/

/** The installed packages of wanted names, as seen from the first of the directories that is part of a project. */
export function pnpPackages(isWanted: (name: string) => boolean, directories: Iterable<string>): PnpPackage[] {
  const api = findApi(directories)
  if (!api?.getAllLocators) return []
  const own = api.getPackageInformation(api.topLevel)?.packageDependencies
  const packages = new Map<string, PnpPackage>()
  for (const locator of api.getAllLocators()) {
    const { name, reference } = locator
    if (name === null || reference === null || !isWanted(name)) continue
    const directory = api.getPackageInformation(locator)?.packageLocation
    if (directory === undefined) continue
    packages.set(`${name}@${reference}`, { name, directory, declared: own?.get(name) === reference })
  }
  // The package that a virtual one is a copy of is not loaded itself.
  for (const key of packages.keys()) if (VIRTUAL.test(key)) packages.delete(key.replace(VIRTUAL, '@'))
  return [...packages.values()]
}

function findApi(directories: Iterable<string>): PnpApi | undefined {
  if (process.versions['pnp'] === undefined) return undefined
  for (const directory of directories) {
    const api = moduleInternals.findPnpApi?.(path.join(directory, path.sep))
    if (api) return api
  }
  return undefined
}
