/** An install of this package fails beside no version of anything that it does not need. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { integrations } from '../integrations/index.js'

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly browser: Readonly<Record<string, false>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>
}

const root = join(import.meta.dirname, '..')
const { browser, dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
) as Manifest
const API = '@opentelemetry/api'
const optional = Object.keys(peerDependencies).filter((name) => name !== API)

const traced = new Set(integrations.flatMap(({ packages }) => packages))

it('no traced SDK is a dependency or a peer', () => {
  expect(traced.size).toBeGreaterThan(10)
  for (const name of traced) {
    expect(dependencies).not.toHaveProperty([name])
    expect(peerDependencies).not.toHaveProperty([name])
  }
})

it('only the API of OpenTelemetry is required, in every version since 1.9', () => {
  expect(peerDependencies[API]).toBe('^1.9.0')
  expect(peerDependenciesMeta).not.toHaveProperty([API])
})

it('whatever else is installed beside it fits: the place that loads it says what it needs', () => {
  expect(Object.keys(peerDependenciesMeta).sort()).toEqual(optional.sort())
  for (const name of optional) {
    expect(peerDependencies[name]).toBe('*')
    expect(peerDependenciesMeta[name]).toEqual({ optional: true })
  }
})

it('an optional peer is a package that the sources load on demand', () => {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(root, 'src', file), 'utf8'))
  const unused = optional.filter((name) => !sources.some((source) => source.includes(`'${name}'`)))
  expect(unused).toEqual([])
})

it('a bundle for browsers or for the edge does not get an optional peer that needs Node', () => {
  const everywhere = new Set(['aws4fetch', 'yaml'])
  expect(Object.keys(browser).sort()).toEqual(optional.filter((name) => !everywhere.has(name)).sort())
  expect(new Set(Object.values(browser))).toEqual(new Set([false]))
})
