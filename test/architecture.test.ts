import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { entry } from '../tsup.config.js'
import {
  cycles,
  danglingImports,
  exportGaps,
  floorViolations,
  integrationViolations,
  longFiles,
  privateTraces,
  registryGaps,
  registryImports,
  sharedNames,
  strayConventionNames,
} from './architecture/checks.js'
import { assignedFunctions } from './architecture/lifetimes.js'
import { untamedTime } from './architecture/real-time.js'
import { listTrackedFiles, readSources, root, type Sources } from './architecture/sources.js'

const house = readSources(['src', 'integrations'])
const everything = new Map([...house, ...readSources(['test', 'examples'])])
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, unknown>
  bin: Record<string, string>
}

function files(record: Record<string, string>): Sources {
  return new Map(Object.entries(record))
}

describe('floors', () => {
  test('a module imports from lower floors and its own room', () => {
    expect(floorViolations(house)).toEqual([])
  })

  test('a relative import means a file', () => {
    expect(danglingImports(house)).toEqual([])
    expect(danglingImports(files({ 'src/kernel/a.ts': `import './b.js'` }))).toHaveLength(1)
  })

  test.each([
    ['a higher floor', 'src/kernel/a.ts', `import { x } from '../telemetry/b.js'`],
    ['a higher floor, by type', 'src/router/a.ts', `import type { X } from '../client/b.js'`],
    ['a higher floor, by export', 'src/policies/a.ts', `export * from '../providers/b.js'`],
    ['a higher floor, when it runs', 'src/client/a.ts', `await import('../../integrations/b.js')`],
    ['a higher floor, by import type', 'src/cost/a.ts', `type X = import('../client/b.js').X`],
    ['another room', 'src/cost/a.ts', `import { x } from '../policies/b.js'`],
    ['the gateway from the client', 'src/client/a.ts', `import { x } from '../gateway/b.js'`],
    ['a folder on no floor', 'src/index.ts', `import { x } from './utils/b.js'`],
  ])('is refused: %s', (_, path, text) => {
    expect(floorViolations(files({ [path]: text }))).toHaveLength(1)
  })

  test.each([
    ['a lower floor', 'src/client/a.ts', `import { x } from '../kernel/b.js'`],
    ['its own room', 'src/router/a.ts', `import { x } from './deep/b.js'`],
    ['a door', 'src/gateway/a.ts', `import { x } from '../client/b.js'`],
    ['a package', 'src/kernel/a.ts', `import { x } from 'zod'`],
    ['a string that is no import', 'src/kernel/a.ts', `const x = "import '../client/b.js'"`],
  ])('is allowed: %s', (_, path, text) => {
    expect(floorViolations(files({ [path]: text }))).toEqual([])
  })

  test('a file in an unknown folder is on no floor', () => {
    expect(floorViolations(files({ 'src/utils/a.ts': '' }))).toEqual(['src/utils/a.ts is on no floor'])
  })
})

describe('integrations', () => {
  test('know the contract only', () => {
    expect(integrationViolations(house)).toEqual([])
  })

  test.each([
    ['the engine', `import { x } from '../src/autolog/engine.js'`],
    ['another integration', `import { x } from './openai.js'`],
    ['an SDK', `import OpenAI from 'openai'`],
    ['an SDK, when it runs', `await import('openai')`],
    ['an SDK, as a side effect of types', `import { type OpenAI } from 'openai'`],
  ])('may not import %s', (_, text) => {
    expect(integrationViolations(files({ 'integrations/a.ts': text }))).toHaveLength(1)
  })

  test.each([
    ['the contract', `import { x } from '../src/autolog/contract.js'`],
    ['the types of an SDK', `import type OpenAI from 'openai'`],
    ['node', `import { x } from 'node:path'`],
    ['a part of itself', `import { x } from './a/part.js'`],
  ])('may import %s', (_, text) => {
    expect(integrationViolations(files({ 'integrations/a.ts': text }))).toEqual([])
  })
})

describe('lifetimes', () => {
  test('no function of a call is assigned where V8 makes it live long', () => {
    expect(assignedFunctions(house)).toEqual([])
  })

  test.each([
    ['an arrow function', 'promise.parse = () => 1', 1],
    ['a function', 'promise.parse = async function () {}', 1],
    ['a method by name', 'promise[name] ??= () => 1', 1],
    ['one that has a name already', 'promise.parse = parse', 0],
    ['a variable', 'parse = () => 1', 0],
  ])('%s: %s', (_, text, complaints) => {
    expect(assignedFunctions(files({ 'src/client/a.ts': text }), {})).toHaveLength(complaints)
  })
})

describe('names of files', () => {
  test('stand twice only where the files hold the same thing of two rooms', () => {
    expect(sharedNames(house)).toEqual([])
    expect(sharedNames(files({ 'src/kernel/a.ts': '', 'src/cost/a.ts': '' }))).toEqual([
      'src/kernel/a.ts and src/cost/a.ts',
    ])
  })
})

describe('cycles', () => {
  test('there is none', () => {
    expect(cycles(house)).toEqual([])
  })

  test('a ring of three is found, also behind a file that is not on it', () => {
    const ring = files({
      'src/kernel/start.ts': `import './a.js'`,
      'src/kernel/a.ts': `import { b } from './b.js'`,
      'src/kernel/b.ts': `export { c } from './c.js'`,
      'src/kernel/c.ts': `import './a.js'`,
    })
    expect(cycles(ring)).toEqual(['src/kernel/a.ts → src/kernel/b.ts → src/kernel/c.ts → src/kernel/a.ts'])
  })

  test.each([
    ['a type', `import type { B } from './b.js'`],
    ['a type that is passed on', `export type { B } from './b.js'`],
    ['a type where it is used', `export type A = import('./b.js').B`],
  ])('%s closes a ring', (_, text) => {
    const ring = files({ 'src/kernel/a.ts': text, 'src/kernel/b.ts': `import './a.js'` })
    expect(cycles(ring)).toHaveLength(1)
  })

  test('what is imported when it is needed closes none', () => {
    const open = files({
      'src/kernel/a.ts': `import './c.js'`,
      'src/kernel/c.ts': `const load = () => import('./a.js')`,
    })
    expect(cycles(open)).toEqual([])
  })
})

describe('registries', () => {
  // Entries that several implementations share and that register nothing.
  const helpers: Record<string, readonly string[]> = {
    'src/protocols': ['shared', 'variants'],
    'src/providers': ['directory', 'host-names', 'known-hosts', 'openai-compatible', 'error-codes', 'store-hosts'],
    'src/router/strategies': ['draw', 'exploration', 'load', 'own', 'ranking', 'ring'],
    integrations: ['shared'],
  }

  test.each(Object.entries(helpers))('%s names every entry of its folder', (folder, shared) => {
    expect(registryGaps(house, folder, shared)).toEqual([])
  })

  test('the client is handed its formats and rows, and imports no list of them', () => {
    expect(registryImports(house)).toEqual([])
    const wrong = files({
      'src/client/a.ts': `import { protocols } from '../protocols/index.js'`,
      'src/router/a.ts': `export * from '../providers/rows.js'`,
      'src/core.ts': `import { everything } from './whole-catalogue.js'`,
    })
    expect(registryImports(wrong)).toHaveLength(3)
    const right = files({
      'src/client/a.ts': `import type { X } from '../providers/index.js'; import { x } from '../providers/directory.js'`,
      'src/autolog/a.ts': `import { protocols } from '../protocols/index.js'`,
    })
    expect(registryImports(right)).toEqual([])
  })

  test('a forgotten file, a forgotten folder and a stale line are found', () => {
    const sources = files({
      'src/protocols/index.ts': `import { a } from './a.js'; import { gone } from './gone.js'; import { x } from '../kernel/x.js'`,
      'src/protocols/a.ts': '',
      'src/protocols/b.ts': '',
      'src/protocols/c/index.ts': '',
      'src/protocols/shared.ts': '',
    })
    expect(registryGaps(sources, 'src/protocols', ['shared'])).toEqual([
      'src/protocols/index.ts does not register b',
      'src/protocols/index.ts does not register c',
      'src/protocols/gone is registered and not there',
    ])
    expect(registryGaps(files({}), 'src/protocols')).toEqual(['src/protocols/index.ts is missing'])
  })
})

describe('package entries', () => {
  test('are what the bundler builds', () => {
    expect(exportGaps(manifest.exports, entry, manifest.bin)).toEqual([])
    for (const source of Object.values(entry)) expect(existsSync(join(root, source))).toBe(true)
  })

  test('an entry without export, an export without entry and a wrong file are found', () => {
    expect(exportGaps({}, { auto: 'src/auto.ts' })).toHaveLength(1)
    expect(exportGaps({ './gone': {}, './package.json': './package.json' }, {})).toEqual([
      `exports['./gone'] is not built`,
    ])
    expect(exportGaps({ '.': { import: './dist/index.js' } }, { index: 'src/index.ts' })).toHaveLength(1)
    expect(exportGaps({}, { cli: 'src/cli.ts' }, { it: './dist/cli.cjs' })).toEqual([])
    expect(exportGaps({}, {}, { it: './dist/gone.cjs' })).toEqual(['bin gone is not built'])
  })
})

describe('text', () => {
  test('the names of the GenAI conventions are in one file', () => {
    expect(strayConventionNames(house)).toEqual([])
    const name = 'gen_ai.usage.input_tokens'
    expect(strayConventionNames(files({ 'src/client/a.ts': `span.set('${name}', 1)` }))).toHaveLength(1)
    expect(strayConventionNames(files({ 'src/client/a.ts': 'const key = `gen_ai.${part}`' }))).toHaveLength(1)
    expect(strayConventionNames(files({ 'src/client/a.ts': `// value of ${name}` }))).toEqual([])
    expect(strayConventionNames(files({ 'src/telemetry/semconv.ts': `export const x = '${name}'` }))).toEqual([])
  })

  test('no file is over 400 lines', () => {
    expect(longFiles(everything)).toEqual([])
    expect(longFiles(files({ 'src/a.ts': 'x\n'.repeat(400), 'src/b.ts': 'x\n'.repeat(401) }))).toEqual([
      'src/b.ts has 401 lines',
    ])
  })

  test('no test sleeps against the real clock or draws without a seed, but for those with a reason', () => {
    expect(untamedTime(everything)).toEqual([])
  })

  test.each([
    ['await new Promise((resolve) => setTimeout(resolve, 20))', 1],
    [`import { setTimeout as sleep } from 'node:timers/promises'`, 1],
    ['signal: AbortSignal.timeout(50)', 1],
    ['store.before = () => Math.random()', 1],
    ['await vi.waitFor(() => expect(seen).toBe(1))', 1],
    ['const time = holdTime()\nsetTimeout(answer, 20)', 0],
    [`await eventually(() => seen === 1, 'it is asked')`, 0],
  ])('%j is told %i times', (line, count) => {
    expect(untamedTime(files({ 'test/client/a.test.ts': line }), {})).toHaveLength(count)
    expect(untamedTime(files({ 'src/client/a.ts': line }), {})).toEqual([])
  })

  test('who sleeps no more leaves the list', () => {
    expect(untamedTime(files({ 'test/a.test.ts': '' }), { 'test/a.test.ts': 'once' })).toHaveLength(1)
  })

  test('no path of a machine and no address of a package registry', () => {
    const tracked = listTrackedFiles().filter((path) => existsSync(join(root, path)))
    const texts = tracked.map((path) => [path, readFileSync(join(root, path), 'utf8')] as const)
    expect(privateTraces(tracked.length > 0 ? new Map(texts) : everything)).toEqual([])
  })

  test.each([
    ['/' + 'work/main/src', 1],
    ['file "/' + 'root/.npmrc"', 1],
    ['/' + 'home/somebody/project', 1],
    [`https://${['registry', 'npmjs', 'org'].join('.')}/openai`, 1],
    ['"resolved": "https' + '://example.test/a.tgz"', 1],
    ['https://example.test/' + 'work/main', 0],
    ['src/home/' + 'root/x', 0],
  ])('a trace in %j is found %i times', (line, count) => {
    expect(privateTraces(files({ 'README.md': `first\n${line}` }))).toHaveLength(count)
  })
})
