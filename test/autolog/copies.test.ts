import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { engine, manifest, run, runApp, sdk, seesLateESM, temporaryDirectory, write } from './apps.js'

const app = manifest({ 'fake-sdk': '^1' })
const print = (...values: string[]): string => `console.log(JSON.stringify([${values.join(', ')}]))\n`

describe('loaded copies', () => {
  it('patches the loaded ES module in an ESM app and undoes it', () => {
    const main = `import { Client } from 'fake-sdk'
      import { start, lines } from 'engine'
      const client = new Client()
      const plain = Client.prototype.send
      const log = start()
      const during = client.send()
      const report = lines(log)
      log.off()
      ${print('during', 'report', 'client.send()', 'Client.prototype.send === plain')}`
    expect(runApp({ ...sdk(), 'package.json': app, 'main.mjs': main })).toEqual([
      'patched 1.0.0 esm',
      ['fake-sdk@1.0.0 esm patched'],
      '1.0.0 esm',
      true,
    ])
  })

  it.each(['dual', 'cjs', 'untyped'] as const)('patches the loaded copy of a %s package in a CJS app', (kind) => {
    const main = `const Client = require('fake-sdk')
      const { start, lines } = require('engine')
      const log = start()
      const during = new Client().send()
      const report = lines(log)
      log.off()
      ${print('during', 'report', 'new Client().send()')}`
    expect(runApp({ ...sdk({ kind }), 'package.json': app, 'main.cjs': main })).toEqual([
      'patched 1.0.0 cjs',
      ['fake-sdk@1.0.0 cjs patched'],
      '1.0.0 cjs',
    ])
  })

  it('patches both formats of a dual package', () => {
    const main = `import { Client } from 'fake-sdk'
      import { createRequire } from 'node:module'
      import { start, lines } from 'engine'
      const Twin = createRequire(import.meta.url)('fake-sdk')
      const log = start()
      ${print('new Client().send()', 'new Twin().send()', 'lines(log)')}`
    expect(runApp({ ...sdk(), 'package.json': app, 'main.mjs': main })).toEqual([
      'patched 1.0.0 esm',
      'patched 1.0.0 cjs',
      ['fake-sdk@1.0.0 cjs patched', 'fake-sdk@1.0.0 esm patched'],
    ])
  })

  it('loads nothing by looking, and a later import still works', () => {
    const main = `import { start, lines } from 'engine'
      const log = start()
      const before = globalThis.evaluated
      const report = lines(log)
      const detail = log.report()[0].detail
      log.off()
      const { Client } = await import('fake-sdk')
      ${print('before ?? null', 'report', 'new Client().send()', 'globalThis.evaluated', 'detail')}`
    const result = runApp({
      ...sdk({ prelude: 'globalThis.evaluated = (globalThis.evaluated ?? 0) + 1' }),
      'package.json': app,
      'main.mjs': main,
    })
    expect(result).toEqual([
      null,
      ['fake-sdk@1.0.0 undefined pending'],
      '1.0.0 esm',
      1,
      expect.stringContaining("modules: { 'fake-sdk'"),
    ])
  })

  it('looks the same way through public hooks, where there are any', () => {
    const main = `import { fileURLToPath } from 'node:url'
      import { peekESM, peekThroughHooks } from 'engine'
      const file = fileURLToPath(new URL('./node_modules/fake-sdk/index.mjs', import.meta.url))
      const look = (peek) => { const { state, exports } = peek(file); return [state, exports?.Client?.name ?? null] }
      const before = [look(peekESM), look(peekThroughHooks)]
      const { Client } = await import('fake-sdk')
      const same = peekESM(file).exports.Client === Client
      ${print('before', 'look(peekESM)', 'look(peekThroughHooks)', 'same', 'new Client().send()')}`
    expect(runApp({ ...sdk(), 'package.json': app, 'main.mjs': main })).toEqual([
      [
        ['absent', null],
        ['absent', null],
      ],
      ['loaded', 'Client'],
      seesLateESM ? ['loaded', 'Client'] : ['absent', null],
      true,
      '1.0.0 esm',
    ])
  })

  it('does not disturb imports that are in flight', () => {
    const waits = [1, 2, 3, 4, 5, 6, 8, 10, 14, 20]
    const packages = waits.map((wait) => `fake-${wait}`)
    const files = packages.map((name) => ({
      ...sdk({ name, prelude: `import './inner.mjs'` }),
      [`node_modules/${name}/inner.mjs`]: `import './leaf.mjs'`,
      [`node_modules/${name}/leaf.mjs`]: '',
    }))
    const main = `import { start } from 'engine'
      const results = []
      for (const wait of ${JSON.stringify(waits)}) {
        const importing = import('fake-' + wait)
        for (let turn = 0; turn < wait; turn++) await 0
        const log = start({ packages: ['fake-' + wait] })
        const { Client } = await importing
        await log.settled()
        results.push(new Client().send(), log.report()[0].status)
        log.off()
      }
      ${print('...new Set(results)')}`
    const dependencies = manifest(Object.fromEntries(packages.map((name) => [name, '*'])))
    const results = runApp({
      ...Object.assign({}, ...files),
      'package.json': dependencies,
      'main.mjs': main,
    }) as string[]
    // caught in flight or not, the import itself always succeeds
    expect(results.filter((result) => !/^(patched )?1\.0\.0 esm$|^patched$|^pending$/.test(result))).toEqual([])
  })
})

describe('finding copies', () => {
  const asList = `import { start, lines } from 'engine'\n`

  it('finds another version nested under a dependency', () => {
    const files = {
      ...sdk({ version: '2.0.0' }),
      ...sdk({ at: 'node_modules/helper/node_modules/fake-sdk' }),
      'node_modules/helper/package.json': JSON.stringify({
        name: 'helper',
        type: 'module',
        exports: './index.js',
        dependencies: { 'fake-sdk': '^1' },
      }),
      'node_modules/helper/index.js': `export { Client as Old } from 'fake-sdk'`,
      'package.json': manifest({ 'fake-sdk': '^2', helper: '*' }),
      'main.mjs': `${asList}import { Old } from 'helper'
        import { Client } from 'fake-sdk'
        const log = start()
        ${print('new Old().send()', 'new Client().send()', 'lines(log)')}`,
    }
    expect(runApp(files)).toEqual([
      'patched 1.0.0 esm',
      'patched 2.0.0 esm',
      ['fake-sdk@1.0.0 esm patched', 'fake-sdk@2.0.0 esm patched'],
    ])
  })

  it('finds a copy installed under another name', () => {
    const files = {
      ...sdk({ version: '2.0.0', at: 'node_modules/gpt' }),
      'package.json': manifest({ gpt: 'npm:fake-sdk@^2' }),
      'main.mjs': `${asList}import { Client } from 'gpt'
        const log = start()
        ${print('new Client().send()', 'lines(log)')}`,
    }
    expect(runApp(files)).toEqual(['patched 2.0.0 esm', ['fake-sdk@2.0.0 esm patched']])
  })

  it('finds CJS copies deep down by what is loaded, and ESM copies by the lockfile of npm', () => {
    const deep = 'node_modules/a/node_modules/b/node_modules/fake-sdk'
    const files = {
      ...sdk({ at: deep }),
      'package.json': manifest({ a: '*' }),
      'node_modules/a/package.json': JSON.stringify({ name: 'a', type: 'module' }),
      'main.mjs': `${asList}import { createRequire } from 'node:module'
        import { Client } from './${deep}/index.mjs'
        const Twin = createRequire(import.meta.url)('./${deep}/index.cjs')
        const log = start()
        ${print('new Twin().send()', 'new Client().send()')}`,
    }
    expect(runApp(files)).toEqual(['patched 1.0.0 cjs', 'patched 1.0.0 esm'])
    const onlyESM = `${asList}import { Client } from './${deep}/index.mjs'\nstart()\n${print('new Client().send()')}`
    const locked = {
      ...files,
      'node_modules/.package-lock.json': JSON.stringify({ packages: { [deep]: { version: '1.0.0' } } }, null, 2),
      'main.mjs': onlyESM,
    }
    expect(runApp(locked)).toEqual(['patched 1.0.0 esm'])
  })

  it.each(['.', 'packages/app', '/'])('finds all copies of a pnpm workspace, with cwd %s', (cwd) => {
    const store = 'node_modules/.pnpm'
    const root = temporaryDirectory()
    write(root, {
      ...engine(),
      ...sdk({ version: '2.0.0', at: `${store}/fake-sdk@2.0.0/node_modules/fake-sdk` }),
      ...sdk({ version: '1.0.0', at: `${store}/fake-sdk@1.0.0/node_modules/fake-sdk` }),
      ...sdk({ version: '1.5.0', at: `${store}/fake-sdk@1.5.0/node_modules/fake-sdk` }),
      [`${store}/helper@1.0.0/node_modules/helper/package.json`]: JSON.stringify({
        name: 'helper',
        type: 'module',
        exports: './index.js',
        dependencies: { 'fake-sdk': '^1' },
      }),
      [`${store}/helper@1.0.0/node_modules/helper/index.js`]: `export { Client as Helped } from 'fake-sdk'`,
      'package.json': JSON.stringify({ name: 'root', private: true }),
      'packages/app/package.json': manifest({ 'fake-sdk': '^2', '@team/shared': 'workspace:*' }),
      'packages/shared/package.json': JSON.stringify({
        name: '@team/shared',
        type: 'module',
        exports: './index.js',
        dependencies: { 'fake-sdk': '^1', helper: '*' },
      }),
      'packages/shared/index.js': `export { Client as Shared } from 'fake-sdk'\nexport { Helped } from 'helper'`,
      'packages/app/main.mjs': `${asList}import { Client } from 'fake-sdk'
        import { Shared, Helped } from '@team/shared'
        const log = start()
        ${print('new Client().send()', 'new Shared().send()', 'new Helped().send()', 'lines(log)')}`,
    })
    const link = (target: string, name: string): void => {
      const file = path.join(root, name)
      fs.mkdirSync(path.dirname(file), { recursive: true })
      fs.symlinkSync(path.join(root, target), file, 'junction')
    }
    link(`${store}/fake-sdk@2.0.0/node_modules/fake-sdk`, 'packages/app/node_modules/fake-sdk')
    link('packages/shared', 'packages/app/node_modules/@team/shared')
    link(`${store}/fake-sdk@1.0.0/node_modules/fake-sdk`, 'packages/shared/node_modules/fake-sdk')
    link(`${store}/helper@1.0.0/node_modules/helper`, 'packages/shared/node_modules/helper')
    link(`${store}/fake-sdk@1.5.0/node_modules/fake-sdk`, `${store}/helper@1.0.0/node_modules/fake-sdk`)
    expect(run(root, 'packages/app/main.mjs', { cwd: path.resolve(root, cwd) })).toEqual([
      'patched 2.0.0 esm',
      'patched 1.0.0 esm',
      'patched 1.5.0 esm',
      ['fake-sdk@1.0.0 esm patched', 'fake-sdk@1.5.0 esm patched', 'fake-sdk@2.0.0 esm patched'],
    ])
  })

  it('finds the SDK of the file that calls, when the program starts elsewhere', () => {
    const root = temporaryDirectory()
    write(root, {
      ...engine(),
      ...sdk({ at: 'services/chat/node_modules/fake-sdk' }),
      'services/chat/package.json': app,
      'services/chat/index.mjs': `import { Client } from 'fake-sdk'
        import { start } from 'engine'
        start()
        ${print('new Client().send()')}`,
      'tools/run.mjs': `import '../services/chat/index.mjs'`,
    })
    expect(run(root, 'tools/run.mjs', { cwd: path.parse(root).root })).toEqual(['patched 1.0.0 esm'])
  })

  it('reads a subpath entry', () => {
    const files = {
      'node_modules/fake-sdk/package.json': JSON.stringify({
        name: 'fake-sdk',
        version: '1.0.0',
        type: 'module',
        exports: { './*': { import: './dist/*.js', require: './dist/*.cjs' } },
      }),
      'node_modules/fake-sdk/dist/deep/manager.js': `export class Client { send() { return 'deep' } }`,
      'package.json': app,
      'main.mjs': `${asList}import { Client } from 'fake-sdk/deep/manager'
        const log = start({ entry: './deep/manager' })
        ${print('new Client().send()', 'lines(log)')}`,
    }
    expect(runApp(files)).toEqual(['patched deep', ['fake-sdk@1.0.0 esm patched']])
  })
})
