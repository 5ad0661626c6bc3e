/** Functions that a module exports, replaced for everyone who imports it. */
import { describe, expect, it } from 'vitest'
import { manifest, runApp, seesLateESM, type Files } from './apps.js'

const NAMES = ['plain', 'arrow', 'renamed', 'fromChunk', 'starred', 'missing']

const SDK = `
  import { helper } from './chunk.mjs'
  export { fromChunk } from './chunk.mjs'
  export * from './more.mjs'
  export function plain() { return 'plain ' + helper() }
  export const arrow = () => 'arrow'
  const local = function () { return 'renamed' }
  export { local as renamed }
  export const usesPlain = () => 'uses ' + plain()
  export const where = import.meta.url
  export let counter = 0
  export const count = () => ++counter
  export class Client { send() { return 'sent' } }
  export default Client
`

const package_ = (name: string, files: Files, exports: string): Files =>
  Object.fromEntries(
    Object.entries({
      'package.json': JSON.stringify({ name, version: '1.0.0', exports }),
      ...files,
    }).map(([file, text]) => [`node_modules/${name}/${file}`, text]),
  )

const esm = package_(
  'fake-sdk',
  {
    'index.mjs': SDK,
    'chunk.mjs': `export const helper = () => 'helped'; export function fromChunk() { return 'chunk' }`,
    'more.mjs': `export function starred() { return 'starred' }; export const other = 1`,
  },
  './index.mjs',
)

const run = (main: string, files: Files = esm): unknown =>
  runApp({ 'package.json': manifest({ 'fake-sdk': '1' }), ...files, 'main.mjs': main })
const begin = `import { start } from 'engine'; const log = start({ exports: ${JSON.stringify(NAMES)} });`
const print = (...values: string[]): string => `console.log(JSON.stringify([${values.join(', ')}]))\n`
const mark = (text: string): string => (seesLateESM ? `patched ${text}` : text)

describe(`exports of an ES module that loads later (${seesLateESM ? 'seen' : 'not seen'})`, () => {
  const user = `
    import sdk, { plain, arrow, renamed, fromChunk, starred, usesPlain, Client } from 'fake-sdk'
    export const calls = () => [plain(), arrow(), renamed(), fromChunk(), starred(), usesPlain(), new Client().send(), sdk === Client]`

  it('are replaced for importers by name, and for nobody after off()', () => {
    const main = `${begin} const { calls } = await import('./user.mjs')
      const first = calls(); log.report(); const before = calls(); log.off(); ${print('first', 'before', 'calls()')}`
    const bare = ['plain helped', 'arrow', 'renamed', 'chunk', 'starred', 'uses plain helped', 'sent', true]
    const own = [
      ...['plain helped', 'arrow', 'renamed', 'chunk', 'starred'].map(mark),
      'uses plain helped',
      'patched sent',
      true,
    ]
    const [first, before, after] = run(main, { ...esm, 'user.mjs': user }) as [unknown, unknown, unknown]
    if (seesLateESM) expect(first).toEqual(own)
    expect([before, after]).toEqual([own, bare])
  })

  it('while everything else of the module stays as it was', () => {
    const look = `const ns = await import('fake-sdk'); ns.count()
      const facts = [Object.keys(ns), ns.counter, ns.plain.name, ns.plain.length, new URL(ns.where).pathname.endsWith('/fake-sdk/index.mjs'),
        (await import('fake-sdk')) === ns, 'missing' in ns];`
    const own = run(`${begin} ${look} ${print('facts')}`)
    expect(own).toEqual(run(`${look} ${print('facts')}`))
  })

  it('are replaced again by a later autolog()', () => {
    const main = `${begin} const { calls } = await import('./user.mjs'); log.report(); log.off()
      const again = start({ exports: ${JSON.stringify(NAMES)} }); const now = calls(); again.off(); ${print('now[0]', 'calls()[0]')}`
    expect(run(main, { ...esm, 'user.mjs': user })).toEqual([mark('plain helped'), 'plain helped'])
  })

  it('of a module with none of the names, or no default, are left alone', () => {
    const other = package_(
      'fake-sdk',
      { 'index.mjs': `export class Client { send() { return 'sent' } }` },
      './index.mjs',
    )
    const main = `${begin} const ns = await import('fake-sdk'); log.report(); ${print('Object.keys(ns)', 'new ns.Client().send()')}`
    expect(run(main, other)).toEqual([['Client'], 'patched sent'])
  })

  it('that were imported before autolog() cannot be replaced, which the report says', () => {
    const main = `import { plain } from 'fake-sdk'; ${begin} ${print('plain()', 'log.report()[0]')}`
    const [called, line] = run(main) as [string, { status: string; detail: string }]
    expect([called, line.status]).toEqual(['plain helped', 'patched'])
    expect(line.detail).toBe(
      'plain, arrow, renamed, fromChunk, starred are exports of an ES module whose load was not seen, and cannot be replaced: ' +
        `start the program with node --import tracestitch/auto${seesLateESM ? '' : ', on Node 22.15 or later'}`,
    )
  })
})

describe('exports of a CommonJS module', () => {
  /** As bundlers write them: getters that cannot be redefined. */
  const fixed = `
    const all = { plain: () => plain, arrow: () => arrow, other: () => 1 }
    for (const name in all) Object.defineProperty(module.exports, name, { get: all[name], enumerable: true })
    Object.defineProperty(module.exports, '__esModule', { value: true })
    function plain() { return 'plain' }
    const arrow = () => 'arrow'`
  const loose = `exports.plain = () => 'plain'; exports.arrow = () => 'arrow'; exports.other = 1`
  const cjs = (source: string): Files => package_('fake-sdk', { 'index.cjs': source }, './index.cjs')
  const require_ = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`

  it.each([
    ['that can be assigned', loose],
    ['that cannot', fixed],
  ])('%s are replaced when it is required later', (_, source) => {
    const main = `${require_} ${begin}
      const { plain, arrow, other } = require('fake-sdk'); const same = require('fake-sdk') === require('fake-sdk')
      const keys = Object.keys(require('fake-sdk')); const calls = [plain(), arrow(), other, same, keys]; log.off()
      ${print('calls', '[plain(), require("fake-sdk").arrow()]')}`
    expect(run(main, cjs(source))).toEqual([
      ['patched plain', 'patched arrow', 1, true, ['plain', 'arrow', 'other']],
      ['plain', 'arrow'],
    ])
  })

  it('that was required before: code that holds the module sees the replacement if exports can be assigned', () => {
    const main = `${require_} const held = require('fake-sdk'); ${begin} ${print('held.plain()', "require('fake-sdk').plain()")}`
    expect(run(main, cjs(loose))).toEqual(['patched plain', 'patched plain'])
    expect(run(main, cjs(fixed))).toEqual(['plain', 'patched plain'])
  })
})
