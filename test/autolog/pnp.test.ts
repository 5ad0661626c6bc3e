/** Yarn's Plug'n'Play, by a runtime that answers as Yarn's does. */
import { afterEach, expect, test } from 'vitest'
import { pnpPackages } from '../../src/autolog/find/pnp.js'
import { createResolver } from '../../src/autolog/find/resolve.js'
import { findCopies } from '../../src/autolog/find/roots.js'
import { moduleInternals, type PnpApi } from '../../src/autolog/runtime.js'
import { sdk, temporaryDirectory, write } from './apps.js'

afterEach(() => {
  delete moduleInternals.findPnpApi
  delete (process.versions as Record<string, string>)['pnp']
})

const LOCATIONS: Readonly<Record<string, string>> = {
  'app@workspace:.': '/app/',
  'openai@npm:6.1.0': '/cache/openai.zip/node_modules/openai/',
  'openai@virtual:0a1b#npm:6.1.0': '/__virtual__/openai-0a1b/0/cache/openai.zip/node_modules/openai/',
  'openai@npm:5.0.0': '/cache/openai-5.zip/node_modules/openai/',
  'zod@npm:4.0.0': '/cache/zod.zip/node_modules/zod/',
}

function yarn(locations: Readonly<Record<string, string>>): void {
  const keyOf = (name: string | null, reference: string | null): string =>
    name === null ? 'app@workspace:.' : `${name}@${reference}`
  const api: PnpApi = {
    topLevel: { name: null, reference: null },
    getAllLocators: () =>
      Object.keys(locations).map((key) => {
        const [name = '', reference = ''] = key.split(/@(.*)/s)
        return { name, reference }
      }),
    getPackageInformation: ({ name, reference }) => {
      const packageLocation = locations[keyOf(name, reference)]
      return packageLocation === undefined
        ? null
        : { packageLocation, packageDependencies: new Map(name === null ? [['openai', 'virtual:0a1b#npm:6.1.0']] : []) }
    },
  }
  ;(process.versions as Record<string, string>)['pnp'] = '3'
  moduleInternals.findPnpApi = (lookup) => (lookup === '/app/' ? api : null)
}

test('each copy is found at the path that it is loaded from, which is the virtual one if there is one', () => {
  yarn(LOCATIONS)
  expect(pnpPackages((name) => name === 'openai', ['/elsewhere', '/app'])).toEqual([
    { name: 'openai', directory: LOCATIONS['openai@virtual:0a1b#npm:6.1.0'], declared: true },
    { name: 'openai', directory: LOCATIONS['openai@npm:5.0.0'], declared: false },
  ])
})

test('finds nothing without it, or outside of its project', () => {
  expect(pnpPackages((name) => name === 'openai', ['/app'])).toEqual([])
  yarn(LOCATIONS)
  expect(pnpPackages((name) => name === 'openai', ['/elsewhere'])).toEqual([])
})

test('the packages are among the copies that are patched', () => {
  const directory = temporaryDirectory()
  write(directory, sdk({ at: 'cache/fake-sdk' }))
  yarn({ 'app@workspace:.': '/app/', 'fake-sdk@npm:1.0.0': `${directory}/cache/fake-sdk/` })
  const copies = findCopies({
    names: new Set(['fake-sdk']),
    resolver: createResolver(),
    callerFile: '/app/main.mjs',
  })
  expect(copies).toMatchObject([
    { name: 'fake-sdk', package: { root: `${directory}/cache/fake-sdk`, version: '1.0.0' } },
  ])
})
