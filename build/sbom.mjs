/**
 * Prints what this package brings into a program, as CycloneDX: its dependencies with theirs, as the lockfile has them, and
 * what is built into it. `npm sbom` alone leaves out a dependency that a dev dependency needs as well.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const readJson = (file) => JSON.parse(readFileSync(path.join(root, file), 'utf8'))

/** Dev dependencies of which parts are in `dist`, or whose data is in the archive. */
const BUILT_IN = ['zod', '@pydantic/genai-prices']

const { packages } = readJson('package-lock.json')
const { name, version, description, license, dependencies, peerDependencies, peerDependenciesMeta } =
  readJson('package.json')
const own = { name, version, description, license, dependencies, peerDependencies, peerDependenciesMeta }

/** Where Node.js finds the package `wanted` from the place `from`, a path such as `node_modules/a`. */
function placeOf(wanted, from) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    const place = `${folder && `${folder}/`}node_modules/${wanted}`
    if (packages[place]) return place
    if (!folder) return undefined
  }
}

/** Places of what is installed with the package: dependencies, and peers that are not optional. */
function productionPlaces() {
  const found = new Set()
  const visit = (place, manifest) => {
    const peers = Object.keys(manifest.peerDependencies ?? {}).filter(
      (each) => !manifest.peerDependenciesMeta?.[each]?.optional,
    )
    const optional = manifest.optionalDependencies ?? {}
    for (const wanted of [...Object.keys({ ...manifest.dependencies, ...optional }), ...peers]) {
      const target = placeOf(wanted, place)
      if (!target && !(wanted in optional))
        throw new Error(`package-lock.json does not have ${wanted}: run npm install`)
      if (!target || found.has(target)) continue
      found.add(target)
      visit(target, packages[target])
    }
  }
  visit('', own)
  return found
}

/** What npm says of a lockfile that has only those. */
function bomOfProduction() {
  const scratch = mkdtempSync(path.join(tmpdir(), 'sbom-'))
  try {
    // npm names the package by its folder.
    const folder = path.join(scratch, name)
    mkdirSync(folder)
    // Flags by which npm leaves packages out.
    const flags = { dev: undefined, devOptional: undefined, optional: undefined, peer: undefined }
    const kept = [...productionPlaces()].map((place) => [place, { ...packages[place], ...flags }])
    const lock = { name, version, lockfileVersion: 3, packages: { '': own, ...Object.fromEntries(kept) } }
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify(own))
    writeFileSync(path.join(folder, 'package-lock.json'), JSON.stringify(lock))
    const command = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=library', '--offline']
    return JSON.parse(
      execFileSync('npm', command, { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' }),
    )
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

const builtIn = BUILT_IN.map((each) => {
  const entry = packages[`node_modules/${each}`]
  const purl = `pkg:npm/${each.replace('@', '%40')}@${entry.version}`
  return {
    'bom-ref': `${each}@${entry.version}`,
    type: 'library',
    name: each,
    version: entry.version,
    scope: 'required',
    description: 'Built into the package: nothing is installed.',
    purl,
    licenses: [{ license: { id: entry.license } }],
  }
})

const bom = bomOfProduction()
bom.components.push(...builtIn)
bom.dependencies
  .find(({ ref }) => ref === `${name}@${version}`)
  .dependsOn.push(...builtIn.map((each) => each['bom-ref']))
console.log(JSON.stringify(bom, null, 2))
