import { describe, expect, it } from 'vitest'
import { engine, manifest, runApp, sdk, seesLateESM, type Files } from './apps.js'

const app = manifest({ 'fake-sdk': '^1' })
const print = (...values: string[]): string => `console.log(JSON.stringify([${values.join(', ')}]))\n`
const catchWarnings = `const warnings = []
  process.stderr.write = (text) => warnings.push(text)\n`
const inESM = (main: string, files: Files): unknown =>
  runApp({
    ...files,
    'package.json': app,
    'main.mjs': `import { start, lines } from 'engine'\n${catchWarnings}${main}`,
  })

describe('unusual modules', () => {
  it('top-level await, already loaded', () => {
    const main = `import { Client } from 'fake-sdk'
      const log = start()
      const first = log.report()[0].status
      await log.settled()
      ${print('first', 'new Client().send()', 'lines(log)')}`
    expect(inESM(main, sdk({ prelude: 'await 0' }))).toEqual([
      'pending',
      'patched 1.0.0 esm',
      ['fake-sdk@1.0.0 esm patched'],
    ])
  })

  it('top-level await, loaded later', () => {
    const main = `const log = start()
      const { Client } = await import('fake-sdk')
      ${print('new Client().send()')}`
    expect(inESM(main, sdk({ prelude: 'await 0' }))).toEqual([seesLateESM ? 'patched 1.0.0 esm' : '1.0.0 esm'])
  })

  it('a missing method: unsupported, with one warning for both formats', () => {
    const main = `import { createRequire } from 'node:module'
      import 'fake-sdk'
      createRequire(import.meta.url)('fake-sdk')
      const log = start()
      await 0
      ${print('lines(log)', 'log.report()[0].detail', 'warnings.length', 'warnings[0]')}`
    expect(inESM(main, sdk({ version: '9.0.0', method: 'dispatch' }))).toEqual([
      ['fake-sdk@9.0.0 cjs unsupported', 'fake-sdk@9.0.0 esm unsupported'],
      'send is not there; tests run 1 - 2',
      1,
      expect.stringMatching(
        /^\[tracestitch\] fake-sdk@9\.0\.0 \(\w+\) is loaded and could not be instrumented: send is not there/,
      ),
    ])
  })

  it('a version that no test runs is patched, and the report says so', () => {
    const main = `import { Client } from 'fake-sdk'
      const log = start()
      ${print('new Client().send()', 'log.report()[0].detail')}`
    expect(inESM(main, sdk({ version: '3.1.0' }))).toEqual(['patched 3.1.0 esm', 'tests run 1 - 2'])
  })

  it('a frozen prototype is left alone', () => {
    const main = `import { Client } from 'fake-sdk'
      Object.freeze(Client.prototype)
      const log = start()
      ${print('new Client().send()', 'log.report()[0].status', 'log.report()[0].detail')}`
    expect(inESM(main, sdk())).toEqual(['1.0.0 esm', 'unsupported', 'send is read-only; tests run 1 - 2'])
  })

  it('an exported function of an ES module without a facade cannot be replaced', () => {
    const main = `import * as sdk from 'fake-sdk'
      import { createPatcher } from 'engine'
      const session = createPatcher({ integration: 'x', format: 'esm', options: {}, call: () => (original) => original })
      ${print(`session.patcher.wrap(sdk, 'Client', () => () => {})`, 'session.fixed')}`
    expect(inESM(main, sdk())).toEqual([false, ['Client']])
  })

  it('a package that fails to load fails for the program only', () => {
    const main = `const log = start()
      const message = await import('fake-sdk').catch((error) => error.message)
      await log.settled()
      ${print('message', 'log.report().length')}`
    expect(inESM(main, sdk({ prelude: `throw new Error('broken')` }))).toEqual(['broken', 1])
  })

  it('a broken package.json of a dependency hides nothing else', () => {
    const main = `import { Client } from 'fake-sdk'
      const log = start()
      ${print('new Client().send()')}`
    const files = {
      ...sdk(),
      'node_modules/broken/package.json': '{ not json',
      'node_modules/.package-lock.json': 'neither',
    }
    expect(inESM(main, files)).toEqual(['patched 1.0.0 esm'])
  })

  it('two copies of this package patch once, and each undoes its own patches', () => {
    const main = `import { Client } from 'fake-sdk'
      import { createRequire } from 'node:module'
      const log = start()
      const twin = createRequire(import.meta.url)('engine').start()
      const both = new Client().send()
      twin.off()
      const one = new Client().send()
      log.off()
      ${print('both', 'twin.report()[0].status', 'one', 'new Client().send()')}`
    expect(inESM(main, sdk())).toEqual(['patched 1.0.0 esm', 'patched', 'patched 1.0.0 esm', '1.0.0 esm'])
  })

  it('two copies of this package see a later import() once', () => {
    const main = `import { createRequire } from 'node:module'
      start()
      createRequire(import.meta.url)('engine').start()
      const { Client } = await import('fake-sdk')
      ${print('new Client().send()')}`
    expect(inESM(main, sdk())).toEqual([seesLateESM ? 'patched 1.0.0 esm' : '1.0.0 esm'])
  })

  it('the engine inside a CJS bundle, which has no import.meta.url', () => {
    const bundle = engine()['node_modules/engine/index.cjs'] ?? ''
    const main = `const Client = require('fake-sdk')
      ${bundle.replaceAll('module.exports', 'globalThis.engine')}
      const log = globalThis.engine.start()
      ${print('new Client().send()')}`
    expect(runApp({ ...sdk(), 'package.json': app, 'main.cjs': main })).toEqual(['patched 1.0.0 cjs'])
  })

  it('a program without a file of its own', () => {
    const files = {
      ...sdk(),
      'package.json': app,
      'main.cjs': `
      const { execFileSync } = require('node:child_process')
      const code = "const C = require('fake-sdk'); require('engine').start(); console.log(JSON.stringify([new C().send()]))"
      process.stdout.write(execFileSync(process.execPath, ['-e', code], { cwd: __dirname }))`,
    }
    expect(runApp(files)).toEqual(['patched 1.0.0 cjs'])
  })
})

describe('modules that are passed in', () => {
  const bundled = `class Client { send() { return 'bundled' } }\n`

  it.each([
    ['the class', 'Client'],
    ['its namespace', '{ Client }'],
    ['its default export', '{ default: Client }'],
  ])('%s', (_name, value) => {
    const main = `${bundled}const log = start({ modules: { 'fake-sdk': ${value} } })
      const sent = new Client().send()
      const [{ status, detail, version }] = log.report()
      log.off()
      ${print('sent', 'status', 'detail', 'version ?? null', 'new Client().send()', 'Object.keys(Client)')}`
    expect(inESM(main, {})).toEqual(['patched bundled', 'patched', 'passed in modules', null, 'bundled', []])
  })

  it('a real namespace, which is also found, is patched once', () => {
    const main = `import * as sdk from 'fake-sdk'
      const log = start({ modules: { 'fake-sdk': sdk } })
      ${print('new sdk.Client().send()')}`
    expect(inESM(main, sdk())).toEqual(['patched 1.0.0 esm'])
  })

  it('under an unknown name: a warning, and nothing breaks', () => {
    const main = `${bundled}const log = start({ modules: { other: Client, 'fake-sdk': null } })
      await 0
      ${print('new Client().send()', 'warnings.length', 'warnings[0]', 'log.report()[0].status')}`
    expect(inESM(main, {})).toEqual(['bundled', 2, expect.stringContaining('modules.other'), 'unsupported'])
  })
})
