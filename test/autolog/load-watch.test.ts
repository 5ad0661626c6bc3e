import { describe, expect, it } from 'vitest'
import { engine, manifest, run, runApp, sdk, seesLateESM, temporaryDirectory, write, type Files } from './apps.js'

const app = manifest({ 'fake-sdk': '^1' })
const print = (...values: string[]): string => `console.log(JSON.stringify([${values.join(', ')}]))\n`
const begin = `import { createRequire } from 'node:module'
  import { start, lines } from 'engine'
  const require = createRequire(import.meta.url)
  const log = start()\n`

const runLate = (main: string, files: Files = sdk()): unknown =>
  runApp({ ...files, 'package.json': app, 'main.mjs': begin + main })
/** Without the hooks a module is found a moment after its load, so the first call may be before that or after. */
const sent = (text: string): unknown =>
  seesLateESM ? `patched ${text}` : expect.stringMatching(new RegExp(`^(patched )?${text}$`))
const status = (format: string): unknown =>
  seesLateESM
    ? `fake-sdk@1.0.0 ${format} patched`
    : expect.stringMatching(new RegExp(`^fake-sdk@1\\.0\\.0 (undefined pending|${format} patched)$`))

describe(`modules that load later (${seesLateESM ? 'with' : 'without'} registerHooks)`, () => {
  it('import() of an ES module', () => {
    const main = `const { Client } = await import('fake-sdk')
      const client = new Client()
      const report = lines(log)
      const first = client.send()
      log.off()
      ${print('first', 'report', 'client.send()')}`
    expect(runLate(main)).toEqual([sent('1.0.0 esm'), [status('esm')], '1.0.0 esm'])
  })

  it('require() of the CJS copy', () => {
    const main = `const Client = require('fake-sdk')
      const first = new Client().send()
      const report = lines(log)
      log.off()
      ${print('first', 'report', 'new Client().send()')}`
    expect(runLate(main)).toEqual(['patched 1.0.0 cjs', ['fake-sdk@1.0.0 cjs patched'], '1.0.0 cjs'])
  })

  it('require() in a CJS app', () => {
    const main = `const { start, lines } = require('engine')
      const log = start()
      const Client = require('fake-sdk')
      ${print('new Client().send()', 'lines(log)')}`
    expect(runApp({ ...sdk(), 'package.json': app, 'main.cjs': main })).toEqual([
      'patched 1.0.0 cjs',
      ['fake-sdk@1.0.0 cjs patched'],
    ])
  })

  it('both instances, one after the other', () => {
    const main = `const Twin = require('fake-sdk')
      const { Client } = await import('fake-sdk')
      ${print('new Twin().send()', 'new Client().send()')}`
    expect(runLate(main)).toEqual(['patched 1.0.0 cjs', sent('1.0.0 esm')])
  })

  it.each(['cjs', 'untyped'] as const)('import() of a %s package', (kind) => {
    const main = `const { default: Client } = await import('fake-sdk')
      ${print('new Client().send()', 'lines(log)')}`
    expect(runLate(main, sdk({ kind }))).toEqual(['patched 1.0.0 cjs', ['fake-sdk@1.0.0 cjs patched']])
  })

  it('a static import in a module that loads later, in the same order as without us', () => {
    const main = `globalThis.order = []
      const { sent } = await import('./late.mjs')
      ${print('sent', 'globalThis.order')}`
    const files = {
      ...sdk({ prelude: `globalThis.order.push('sdk')` }),
      'late.mjs': `import './polyfill.mjs'\nimport { Client } from 'fake-sdk'\nexport const sent = new Client().send()`,
      'polyfill.mjs': `globalThis.order.push('polyfill')`,
    }
    expect(runLate(main, files)).toEqual([sent('1.0.0 esm'), ['polyfill', 'sdk']])
  })

  it('an ES module that another package brings in', () => {
    const main = `const { sent } = await import('helper')
      ${print('sent')}`
    const files = {
      ...sdk(),
      'node_modules/helper/package.json': JSON.stringify({ name: 'helper', type: 'module', exports: './index.js' }),
      'node_modules/helper/index.js': `import { Client } from 'fake-sdk'\nexport const sent = new Client().send()`,
    }
    expect(runLate(main, files)).toEqual([sent('1.0.0 esm')])
  })

  it('a nested copy that was not found before', () => {
    const main = `const { Client } = await import('./vendor/node_modules/fake-sdk/index.mjs')
      const Twin = require('./vendor/node_modules/fake-sdk/index.cjs')
      ${print('new Client().send()', 'new Twin().send()')}`
    expect(runLate(main, sdk({ version: '3.0.0', at: 'vendor/node_modules/fake-sdk' }))).toEqual([
      sent('3.0.0 esm'),
      'patched 3.0.0 cjs',
    ])
  })

  it('does not disturb imports that are in flight', () => {
    const files = {
      ...sdk({ prelude: `import 'shared'` }),
      ...sdk({ name: 'shared', kind: 'esm', prelude: `import './inner.js'` }),
      'node_modules/shared/inner.js': `import './leaf.js'`,
      'node_modules/shared/leaf.js': '',
    }
    const main = (turns: number): string => `const other = import('shared')
      for (let turn = 0; turn < ${turns}; turn++) await 0
      const { Client } = await import('fake-sdk')
      await other
      ${print('new Client().send()')}`
    for (const turns of [1, 3, 5, 8, 12])
      expect(runLate(main(turns), files), `${turns} turns`).toEqual([sent('1.0.0 esm')])
  })

  it('works beside asynchronous hooks, with which some versions of Node refuse CJS modules', () => {
    const main = `const { register } = await import('node:module')
      register('data:text/javascript,export async function load(url, context, next) { return next(url, context) }')
      const { sent } = await import('./late.mjs')
      ${print('sent')}`
    const files = {
      ...sdk(),
      'late.mjs': `import './one.cjs'\nimport { Client } from 'fake-sdk'\nimport './two.cjs'\nexport const sent = new Client().send()`,
      'one.cjs': 'exports.one = 1',
      'two.cjs': `exports.two = require('./one.cjs')`,
    }
    expect(runLate(main, files)).toEqual([sent('1.0.0 esm')])
  })

  it('leaves the loader as it was after off()', () => {
    const main = `const Module = require('node:module')
      const during = Module._load
      log.off()
      const after = Module._load
      const again = start()
      again.off()
      const { Client } = await import('fake-sdk')
      const Twin = require('fake-sdk')
      ${print('during === after', 'after === Module._load', 'new Client().send()', 'new Twin().send()')}`
    expect(runLate(main)).toEqual([false, true, '1.0.0 esm', '1.0.0 cjs'])
  })

  it('a wrapper around our patch of the loader stays and works', () => {
    const main = `const Module = require('node:module')
      const ours = Module._load
      const theirs = (Module._load = function (...args) { return ours.apply(this, args) })
      log.off()
      const Twin = require('fake-sdk')
      ${print('Module._load === theirs', 'new Twin().send()')}`
    expect(runLate(main)).toEqual([true, '1.0.0 cjs'])
  })

  it('eager loads what the app declares, so that a later import() is patched everywhere', () => {
    const main = `log.off()
      const eager = start({ packages: ['fake-sdk', 'undeclared'], eager: true })
      const loaded = [...(globalThis.loaded ?? [])]
      const { Client } = await import('fake-sdk')
      const { Client: Other } = await import('undeclared')
      ${print('new Client().send()', 'new Other().send()', 'loaded')}`
    const files = {
      ...sdk({ prelude: `(globalThis.loaded ??= []).push('fake-sdk')` }),
      ...sdk({ name: 'undeclared', prelude: `(globalThis.loaded ??= []).push('undeclared')` }),
    }
    expect(runLate(main, files)).toEqual(['patched 1.0.0 esm', sent('1.0.0 esm'), seesLateESM ? [] : ['fake-sdk']])
  })

  it('a module that was found late is patched and reported, with one warning', () => {
    const main = `const warnings = []
      const { write } = process.stderr
      process.stderr.write = (text) => warnings.push(String(text))
      const { Client } = await import('fake-sdk')
      const isPatched = () => new Client().send().startsWith('patched')
      for (let i = 0; i < 2_000 && !isPatched(); i++) await new Promise((resolve) => setTimeout(resolve, 10))
      process.stderr.write = write
      ${print('new Client().send()', 'lines(log)', 'warnings.map((text) => /fake-sdk was loaded after autolog/.test(text))')}`
    const warned = seesLateESM ? [] : [true]
    expect(runLate(main)).toEqual(['patched 1.0.0 esm', ['fake-sdk@1.0.0 esm patched'], warned])
  })

  it('what a test runner with its own module registry requires is patched right away, without a warning', () => {
    const main = `import Module from 'node:module'
      log.off()
      // The registry that the engine looks into is not the one that Node loads into.
      Module._cache = new Proxy(Module._cache, {})
      const warnings = []
      process.stderr.write = (text) => warnings.push(String(text))
      const runner = start()
      const Client = require('fake-sdk')
      await null
      ${print('new Client().send()', 'lines(runner)', 'warnings')}`
    expect(runLate(main)).toEqual(['patched 1.0.0 cjs', ['fake-sdk@1.0.0 cjs patched'], []])
  })

  it('polling ends at off() and does not keep the process alive', () => {
    const main = `log.off()
      const { Client } = await import('fake-sdk')
      await new Promise((resolve) => setTimeout(resolve, 100))
      log.report()
      ${print('new Client().send()', "process.getActiveResourcesInfo().includes('Timeout')")}`
    expect(runLate(main)).toEqual(['1.0.0 esm', false])
  })

  it.each(['main.mjs', 'main.cjs'])(
    'a preloaded engine traces the first call of %s, even if later loads cannot be seen',
    (main) => {
      const isESM = main.endsWith('.mjs')
      const files = {
        ...sdk({ prelude: `(globalThis.order ??= []).push('sdk')` }),
        'package.json': app,
        'before.mjs': `import { start } from 'engine'
        process.stderr.write = (text) => (globalThis.warnings ??= []).push(String(text))
        globalThis.log = start()
        ;(globalThis.order ??= []).push('preload')`,
        [main]: `${isESM ? `import { Client } from 'fake-sdk'` : `const { Client } = require('fake-sdk')`}
        ${print('new Client().send()', 'globalThis.warnings ?? []')}`,
      }
      const directory = temporaryDirectory()
      write(directory, { ...engine(), ...files })
      const flags = ['--import', new URL(`file://${directory}/before.mjs`).href]
      expect(run(directory, main, { flags })).toEqual([`patched 1.0.0 ${isESM ? 'esm' : 'cjs'}`, []])
    },
  )

  it.each([
    ['eager: false', 'start({ eager: false })', ['preload', 'sdk']],
    ['a program that has begun', '', ['sdk']],
  ])('%s loads nothing ahead', (_name, preload, order) => {
    const files = {
      ...sdk({ prelude: `(globalThis.order ??= []).push('sdk')` }),
      'package.json': app,
      'before.mjs': `import { start } from 'engine'\n${preload}\n${preload && `;(globalThis.order ??= []).push('preload')`}`,
      'main.mjs': `import { start } from 'engine'\n${preload ? '' : 'start()'}\nawait import('fake-sdk')\n${print('globalThis.order')}`,
    }
    const directory = temporaryDirectory()
    write(directory, { ...engine(), ...files })
    const flags = ['--import', new URL(`file://${directory}/before.mjs`).href]
    expect(run(directory, 'main.mjs', { flags })).toEqual([order])
  })

  it('says what to do if a later import() cannot be seen', () => {
    const detail = runLate(print('log.report()[0].detail'))
    expect(detail).toEqual([expect.stringContaining(seesLateESM ? 'patched when it loads' : 'set eager')])
  })
})
